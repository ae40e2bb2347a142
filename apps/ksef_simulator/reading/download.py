"""One invoice by its KSeF number, byte for byte as it was sent."""

from apps.ksef_simulator.reading.roles import may_read
from apps.ksef_simulator.web.call import Call, Reply, answers, xml_reply
from apps.ksef_simulator.web.errors import BadRequest, Forbidden


@answers("GET", "/invoices/ksef/{ksefNumber}")
def download(call: Call) -> Reply:
    number = call.path["ksefNumber"]
    document = call.system.ledger.by_number(number)
    if document is None or document.facts is None or document.code_at(call.at) != 200:
        raise BadRequest(21164, f"Faktura o numerze KSeF {number} nie została znaleziona.")
    if not may_read(document.facts, call.principal.context):
        raise Forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
    if document.stored_at is None or call.at < document.stored_at:
        raise BadRequest(
            21165,
            f"Faktura o numerze KSeF {number} została przetworzona, ale nie jest jeszcze dostępna do pobrania. "
            "Spróbuj ponownie później.",
        )
    return xml_reply(call.system.ledger.content(document), document.hash)
