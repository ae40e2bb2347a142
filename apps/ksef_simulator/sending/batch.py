"""Batch sessions over the API: open with declared parts, close to start the processing."""

from typing import Any

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.sending.lifecycle import CANCELLED_LATE, code_at
from apps.ksef_simulator.sending.opening import open_session
from apps.ksef_simulator.sending.parts import UPLOAD_HEADERS
from apps.ksef_simulator.sending.records import BATCH, Session
from apps.ksef_simulator.sending.sight import session_for
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest

MAX_PARTS = 50
MAX_PART_BYTES = 100_000_000
SECONDS_PER_PART = 20 * 60


@answers("POST", "/sessions/batch")
def open_batch(call: Call) -> Reply:
    file = call.body["batchFile"]
    _check_parts(file["fileParts"])
    batch = {
        "size": file["fileSize"],
        "hash": file["fileHash"],
        "compression": file.get("compressionType") or "Zip",
        "parts": {str(part["ordinalNumber"]): part for part in file["fileParts"]},
        "uploaded": {},
    }
    session = open_session(call, BATCH, "SB", batch=batch, offline=bool(call.body.get("offlineMode")))
    # Each part may start as long as there are twenty minutes for every part (API docs, sesja wsadowa).
    until = later(call.at, SECONDS_PER_PART * len(batch["parts"]))
    requests = [
        {
            "ordinalNumber": part["ordinalNumber"],
            "method": "PUT",
            "url": call.system.links.make(call.base_url, f"upload/{session.reference}/{part['ordinalNumber']}", until),
            "headers": UPLOAD_HEADERS,
        }
        for part in file["fileParts"]
    ]
    return json_reply({"referenceNumber": session.reference, "partUploadRequests": requests}, 201)


@answers("POST", "/sessions/batch/{referenceNumber}/close")
def close(call: Call) -> Reply:
    session = session_for(call, BATCH)
    system = call.system
    with system.session_lock(session.reference):
        code = code_at(system, session, call.at)
        if code == 440 and session.details == [CANCELLED_LATE]:
            raise BadRequest(21208, "Sesja anulowana, przekroczony czas wysyłki.")
        if code != 100:
            raise BadRequest(21180, f"Status sesji {code} uniemożliwia jej zamknięcie.")
        _check_uploads(session)
        if system.faults.take("close_lost", call.operation.name, call.principal.context.nip):
            return Reply(204)
        session.closed_at = session.updated_at = call.at
        system.ledger.save_session(session)
    system.packages.process(session)
    return Reply(204)


def _check_parts(parts: list[dict[str, Any]]) -> None:
    if len(parts) > MAX_PARTS:
        raise BadRequest(21161, f"Liczba części pakietu {len(parts)} przekracza dozwolony limit {MAX_PARTS}.")
    numbers = [part["ordinalNumber"] for part in parts]
    if sorted(numbers) != list(range(1, len(parts) + 1)):
        raise BadRequest(21405, "Numery części pakietu muszą być kolejnymi liczbami od 1.")
    for part in parts:
        # The limit is meant before encryption, which adds up to one block.
        if part["fileSize"] > MAX_PART_BYTES + 16:
            raise BadRequest(
                21157, f"Rozmiar części '{part['ordinalNumber']}' przekracza dozwolony limit {MAX_PART_BYTES} B."
            )


def _check_uploads(session: Session) -> None:
    batch = session.batch or {}
    for number, part in batch["parts"].items():
        if number not in batch["uploaded"]:
            raise BadRequest(21205, f"Nie przesłano zadeklarowanej '{number}' części pliku.")
        if batch["uploaded"][number]["size"] != part["fileSize"]:
            raise BadRequest(21157, f"Zadeklarowany rozmiar części '{number}' nie zgadza się z rzeczywistym.")
