"""Exports over the API: start one, follow its status, fetch its parts from the storage."""

from datetime import datetime
from typing import Any

from apps.ksef_simulator.clock import later, stamp
from apps.ksef_simulator.reading.export_store import Export
from apps.ksef_simulator.reading.search import BeyondHwm, Search
from apps.ksef_simulator.sending.opening import read_encryption
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.errors import BadRequest, Forbidden, Gone

MAX_RUNNING = 10
KEPT_SECONDS = 7 * 86400
PACKAGE_SECONDS = 3 * 86400
LINK_SECONDS = 3600
STATUS = {
    100: "Eksport faktur w toku",
    200: "Eksport faktur zakończony sukcesem",
    210: "Eksport faktur wygasł i nie jest już dostępny do pobrania",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Zakres filtrowania wykracza poza dostępny zakres danych",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
}


@answers("POST", "/invoices/exports")
def start(call: Call) -> Reply:
    system, context, body = call.system, call.principal.context, call.body
    if context.type == "PeppolId":
        role = body["filters"]["subjectType"]
        raise BadRequest(
            21181,
            f"Nie można wyeksportować paczki faktur dla wybranego podmiotu ({role}) "
            f"i zalogowanego identyfikatora kontekstu ({context.type}).",
        )
    if system.exports.running(str(context), call.at) >= MAX_RUNNING:
        raise BadRequest(
            21182,
            f"Dla uwierzytelnionego podmiotu w bieżącym kontekście osiągnięto maksymalny limit {MAX_RUNNING} "
            "równoczesnych eksportów faktur. Spróbuj ponownie później.",
        )
    key, iv = read_encryption(system, body["encryption"])
    export = Export(
        reference=system.numbers.reference("EH", call.at),
        context=str(context),
        filters=body["filters"],
        only_metadata=bool(body.get("onlyMetadata")),
        compression=body.get("compressionType") or "Zip",
        key=key,
        iv=iv,
        asked_at=call.at,
        due_at=later(call.at, system.options.delay),
    )
    try:
        Search(system, context, export.filters, call.at)
    except BeyondHwm:
        export.code = 420
    if key is None:
        export.code = 415
    system.exports.start(export)
    return json_reply({"referenceNumber": export.reference}, 201)


@answers("GET", "/invoices/exports/{referenceNumber}")
def status(call: Call) -> Reply:
    export = call.system.exports.get(call.reference)
    if export is None:
        raise BadRequest(21175)
    if export.context != str(call.principal.context):
        raise Forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
    if (call.at - export.asked_at).total_seconds() > KEPT_SECONDS:
        raise Gone("Status eksportu nie jest już dostępny.")
    code = _code(export, call.at)
    answer: dict[str, Any] = {"status": {"code": code, "description": STATUS[code]}}
    if code in (200, 210) and export.finished_at is not None:
        answer["completedDate"] = stamp(export.finished_at)
        answer["packageExpirationDate"] = stamp(later(export.finished_at, PACKAGE_SECONDS))
    if code == 200:
        answer["package"] = _package(call.system, export, call)
    return json_reply(answer)


def _code(export: Export, now: datetime) -> int:
    if now < export.due_at or not export.code:
        return 100
    if export.code == 200 and export.finished_at is not None:
        return 210 if now >= later(export.finished_at, PACKAGE_SECONDS) else 200
    return export.code


def _package(system: System, export: Export, call: Call) -> dict[str, Any]:
    until = later(call.at, LINK_SECONDS)
    parts = [
        part
        | {
            "method": "GET",
            "url": system.links.make(call.base_url, f"export/{export.reference}/{part['ordinalNumber']}", until),
            "expirationDate": stamp(until),
        }
        for part in export.parts
    ]
    return without_nulls(
        {
            "invoiceCount": export.count,
            "size": sum(part["partSize"] for part in export.parts),
            "parts": parts,
            "isTruncated": export.truncated,
            "compressionType": export.compression,
            **export.last_dates,
        }
    )
