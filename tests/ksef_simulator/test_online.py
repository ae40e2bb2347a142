from tests.ksef_simulator.client import Client, sha
from tests.ksef_simulator.invoices import invoice


def test_an_invoice_gets_a_number_and_a_receipt(acme: Client) -> None:
    session, envelope = acme.open_online()
    xml = invoice("FV/1")

    document = acme.sent(session, envelope, xml)
    acme.close(session)

    assert document["status"] == {"code": 200, "description": "Sukces"}
    assert document["invoiceHash"] == sha(xml)
    upo = acme.get(f"/sessions/{session}/invoices/{document['referenceNumber']}/upo")
    assert upo.headers["x-ms-meta-hash"] == sha(upo.content)
    assert document["ksefNumber"].encode() in upo.content
    status = acme.settled_session(session)
    assert status["status"]["code"] == 200
