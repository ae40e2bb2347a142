"""Small public and general answers: Peppol providers, and consent to attachments."""

from datetime import UTC, date, datetime

from apps.ksef_simulator.clock import BEGINNING, WARSAW, stamp
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.paging import offset_page_of

PROVIDERS = tuple(
    {"id": f"PPL{number:06d}", "name": f"Dostawca Peppol {number}", "dateCreated": stamp(BEGINNING)}
    for number in (1, 2, 3)
)


@answers("GET", "/peppol/query")
def peppol_providers(call: Call) -> Reply:
    page, more = offset_page_of(call, PROVIDERS)
    return json_reply({"peppolProviders": list(page), "hasMore": more})


@answers("GET", "/permissions/attachments/status")
def attachments(call: Call) -> Reply:
    nip = call.principal.context.nip
    _, until = call.system.subjects.attachments_until(nip)
    end = None if until is None else datetime.combine(date.fromisoformat(until), datetime.min.time(), WARSAW)
    return json_reply(
        without_nulls(
            {
                "isAttachmentAllowed": call.system.access.may_attach(nip),
                "revokedDate": None if end is None else stamp(end.astimezone(UTC)),
            }
        )
    )
