import pytest

from tests.ksef_simulator.client import FORM, Client, Envelope, b64, codes, details, sha
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.signing import SEAL, Signer


def test_an_invoice_gets_a_number_and_shows_what_ksef_shows(acme: Client) -> None:
    session, envelope = acme.open_online()
    xml = invoice("FV/1")

    document = acme.sent(session, envelope, xml)

    assert document["status"] == {"code": 200, "description": "Sukces"}
    assert document["invoiceHash"] == sha(xml)
    assert (document["ordinalNumber"], document["invoiceNumber"]) == (1, "FV/1")
    assert document["ksefNumber"].startswith(f"{SELLER}-")
    assert document["invoicingMode"] == "Offline"
    assert "invoiceFileName" not in document


def test_an_invoice_waits_its_time(start: Start) -> None:
    acme = start(delay=10).sign_in(SELLER, TOKEN)
    acme.control("POST", "/clock", {"freeze": True})
    session, envelope = acme.open_online()

    reference = acme.send(session, envelope, invoice("FV/1")).json()["referenceNumber"]
    seen = [acme.document(session, reference)]
    for seconds in (6, 5):
        acme.control("POST", "/clock", {"advance": seconds})
        seen.append(acme.document(session, reference))

    assert [each["status"]["code"] for each in seen] == [100, 150, 200]
    assert "ksefNumber" not in seen[1]
    assert seen[2]["acquisitionDate"] > seen[2]["invoicingDate"]


def test_the_encrypted_part_is_checked_before_anything_is_taken(acme: Client) -> None:
    session, envelope = acme.open_online()
    xml = invoice("FV/1")

    size = acme.send(session, envelope, xml, encryptedInvoiceSize=7)
    digest = acme.send(session, envelope, xml, encryptedInvoiceHash=sha(b""))

    assert (codes(size), codes(digest)) == ([21402], [21403])
    assert acme.session(session)["invoiceCount"] == 0


def test_the_plain_part_is_checked_afterwards(acme: Client) -> None:
    session, envelope = acme.open_online()
    xml = invoice("FV/1")

    size = acme.sent(session, envelope, xml, invoiceSize=len(xml) + 1)
    digest = acme.sent(session, envelope, xml, invoiceHash=sha(b""))

    assert [each["status"]["code"] for each in (size, digest)] == [430, 430]
    assert str(len(xml) + 1) in size["status"]["details"][0]


def test_another_key_or_a_prefixed_vector_does_not_open(acme: Client) -> None:
    session, envelope = acme.open_online()
    other = Envelope(bytes(32), envelope.iv)
    xml = invoice("FV/1")

    wrong = acme.sent(session, other, xml)
    encrypted = envelope.iv + envelope.encrypt(xml)
    prefixed = acme.sent(
        session,
        envelope,
        xml,
        encryptedInvoiceContent=b64(encrypted),
        encryptedInvoiceHash=sha(encrypted),
        encryptedInvoiceSize=len(encrypted),
    )

    assert wrong["status"]["code"] in (430, 435)
    assert prefixed["status"]["code"] == 430


def test_content_that_is_no_whole_block_cannot_be_opened(acme: Client) -> None:
    session, envelope = acme.open_online()
    raw = b"x" * 17

    document = acme.sent(
        session,
        envelope,
        invoice("FV/1"),
        encryptedInvoiceContent=b64(raw),
        encryptedInvoiceHash=sha(raw),
        encryptedInvoiceSize=17,
    )

    assert document["status"]["code"] == 435
    assert document["status"]["details"] == ["Plik niepoprawnie zaszyfrowany"]


def test_the_same_number_of_the_same_kind_is_a_duplicate(acme: Client) -> None:
    session, envelope = acme.open_online()

    original = acme.sent(session, envelope, invoice("FV/1"))
    duplicate = acme.sent(session, envelope, invoice("FV/1", line="another content"))
    other_kind = acme.sent(session, envelope, invoice("FV/1", kind="ROZ"))

    assert duplicate["status"]["code"] == 440
    assert duplicate["status"]["extensions"] == {
        "originalSessionReferenceNumber": session,
        "originalKsefNumber": original["ksefNumber"],
    }
    assert original["ksefNumber"] in duplicate["status"]["details"][0]
    assert duplicate["invoiceNumber"] == "FV/1"
    assert "ksefNumber" not in duplicate
    assert other_kind["status"]["code"] == 200


def test_a_refused_invoice_does_not_hold_its_number(acme: Client) -> None:
    session, envelope = acme.open_online()

    refused = acme.sent(session, envelope, invoice("FV/1", issued="2049-01-01"))
    accepted = acme.sent(session, envelope, invoice("FV/1"))

    assert [refused["status"]["code"], accepted["status"]["code"]] == [450, 200]


def test_a_foreign_seller_is_410(acme: Client) -> None:
    session, envelope = acme.open_online()

    document = acme.sent(session, envelope, invoice("FV/1", seller="5252344078"))

    assert document["status"]["code"] == 410
    assert document["status"]["details"] == ["Brak uprawnienia fakturowego"]


def test_an_attachment_is_415_online(acme: Client) -> None:
    session, envelope = acme.open_online()

    assert acme.sent(session, envelope, invoice("FV/1", attachment=True))["status"]["code"] == 415


def test_a_wrong_aes_key_shows_as_415_of_the_session(acme: Client) -> None:
    body = {"formCode": FORM, "encryption": acme.encryption(Envelope.fresh())}
    body["encryption"]["encryptedSymmetricKey"] = b64(bytes(256))
    del body["encryption"]["publicKeyId"]
    session = acme.post("/sessions/online", body).json()["referenceNumber"]

    status = acme.session(session)["status"]
    refused = acme.send(session, Envelope.fresh(), invoice("FV/1"))

    assert status["code"] == 415
    assert details(refused) == ["Status sesji 415 uniemożliwia wysyłkę faktur."]


@pytest.mark.parametrize(("key", "iv"), [(bytes(16), bytes(16)), (bytes(32), bytes(12))])
def test_keys_and_vectors_of_the_wrong_length_are_refused(acme: Client, key: bytes, iv: bytes) -> None:
    opened = acme.post("/sessions/online", {"formCode": FORM, "encryption": acme.encryption(Envelope(key, iv))})

    if len(iv) != 16:
        assert codes(opened) == [21405]
    else:
        assert acme.session(opened.json()["referenceNumber"])["status"]["code"] == 415


def test_an_unknown_form_is_refused(acme: Client) -> None:
    form = {"systemCode": "FA (1)", "schemaVersion": "1-0E", "value": "FA"}

    answer = acme.post("/sessions/online", {"formCode": form, "encryption": acme.encryption(Envelope.fresh())})

    assert details(answer) == ["Wskazany kod formularza nie jest wspierany."]


def test_closing_ends_the_session_and_brings_the_receipt(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.sent(session, envelope, invoice("FV/1"))

    open_status = acme.session(session)
    closed = acme.close(session)
    status = acme.settled_session(session)

    assert open_status["status"]["code"] == 100
    assert "upo" not in open_status
    assert closed.status_code == 204
    assert status["status"]["code"] == 200
    assert (status["invoiceCount"], status["successfulInvoiceCount"]) == (1, 1)
    assert "failedInvoiceCount" not in status
    assert len(status["upo"]["pages"]) == 1


def test_a_closed_session_takes_nothing_more(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.sent(session, envelope, invoice("FV/1"))
    acme.close(session)

    assert codes(acme.send(session, envelope, invoice("FV/2"))) == [21180]
    assert codes(acme.close(session)) == [21180]


def test_a_closed_session_waits_for_its_documents(start: Start) -> None:
    acme = start(delay=30).sign_in(SELLER, TOKEN)
    session, envelope = acme.open_online()
    acme.send(session, envelope, invoice("FV/1"))
    acme.close(session)

    waiting = acme.session(session)["status"]["code"]
    acme.control("POST", "/clock", {"advance": 31})

    assert waiting == 170
    assert acme.session(session)["status"]["code"] == 200


def test_an_empty_session_is_cancelled_when_closed(acme: Client) -> None:
    session, _ = acme.open_online()
    acme.close(session)

    status = acme.session(session)["status"]

    assert (status["code"], status["details"]) == (440, ["Nie przesłano faktur"])


def test_a_session_with_refused_documents_only_is_445(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.sent(session, envelope, invoice("FV/1", issued="2049-01-01"))
    acme.close(session)

    status = acme.session(session)

    assert status["status"]["code"] == 445
    assert status["failedInvoiceCount"] == 1
    assert "upo" not in status


def test_a_session_closes_itself_after_twelve_hours(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.sent(session, envelope, invoice("FV/1"))

    acme.control("POST", "/clock", {"advance": 12 * 3600 + 1})
    acme.sign_in(SELLER, TOKEN)

    assert codes(acme.send(session, envelope, invoice("FV/2"))) == [21180]
    assert acme.session(session)["status"]["code"] == 200


def test_a_session_of_another_context_is_403_and_an_unknown_one_21173(acme: Client) -> None:
    session, _ = acme.open_online()
    globex = acme.signed_in(
        Signer({**SEAL, next(oid for oid in SEAL if SEAL[oid].startswith("VATPL")): "VATPL-5252344078"}),
        context="<Nip>5252344078</Nip>",
    )

    assert globex.get(f"/sessions/{session}").json()["reasonCode"] == "insufficient-resource-access"
    assert codes(acme.get(f"/sessions/{'1' * 36}")) == [21173]
    assert codes(acme.get(f"/sessions/{session}/invoices/{'1' * 36}")) == [21405]


def test_lists_have_pages_and_the_failed_list_only_failures(acme: Client) -> None:
    session, envelope = acme.open_online()
    for number in range(12):
        issued = "2099-01-01" if number % 4 == 0 else "2026-06-01"
        acme.send(session, envelope, invoice(f"FV/{number}", issued=issued))

    first = acme.get(f"/sessions/{session}/invoices?pageSize=10").json()
    token = {"x-continuation-token": first["continuationToken"]}
    second = acme.get(f"/sessions/{session}/invoices?pageSize=10", headers=token).json()
    failed = acme.get(f"/sessions/{session}/invoices/failed").json()
    wrong = acme.get(f"/sessions/{session}/invoices/failed", headers=token)

    assert [each["ordinalNumber"] for each in first["invoices"] + second["invoices"]] == list(range(1, 13))
    assert "continuationToken" not in second
    assert [each["ordinalNumber"] for each in failed["invoices"]] == [1, 5, 9]
    assert codes(wrong) == [21418]
    assert codes(acme.get(f"/sessions/{session}/invoices", headers={"x-continuation-token": "??"})) == [21418]


def test_sessions_are_listed_newest_first_and_filtered(acme: Client) -> None:
    empty, _ = acme.open_online()
    acme.close(empty)
    session, envelope = acme.open_online()
    acme.sent(session, envelope, invoice("FV/1"))

    listed = acme.get("/sessions?sessionType=Online").json()["sessions"]
    cancelled = acme.get("/sessions?sessionType=Online&statuses=Cancelled&statuses=Failed").json()["sessions"]
    created = listed[0]["dateCreated"].replace("+", "%2B")
    later = acme.get(f"/sessions?sessionType=Online&dateCreatedFrom={created}").json()["sessions"]

    assert [each["referenceNumber"] for each in listed] == [session, empty]
    assert listed[0]["totalInvoiceCount"] == 1
    assert [each["referenceNumber"] for each in cancelled] == [empty]
    assert [each["referenceNumber"] for each in later] == [session]
    assert acme.get("/sessions?sessionType=Batch").json() == {"sessions": []}


def test_who_only_writes_sees_only_own_sessions(acme: Client) -> None:
    acme.open_online()
    writer = Signer({**SEAL, next(oid for oid in SEAL if SEAL[oid].startswith("VATPL")): "VATPL-5252344078"})
    acme.post(
        "/testdata/permissions",
        {
            "contextIdentifier": {"type": "Nip", "value": SELLER},
            "authorizedIdentifier": {"type": "Nip", "value": "5252344078"},
            "permissions": [{"permissionType": "InvoiceWrite", "description": "Wystawianie"}],
        },
    )
    globex = acme.signed_in(writer)

    own, _ = globex.open_online()

    assert [each["referenceNumber"] for each in globex.get("/sessions?sessionType=Online").json()["sessions"]] == [own]
    assert len(acme.get("/sessions?sessionType=Online").json()["sessions"]) == 2


def test_the_limit_of_a_session_is_kept(acme: Client) -> None:
    limits = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 1}
    acme.post(
        "/testdata/limits/context/session",
        {"onlineSession": limits, "batchSession": limits, "collectiveIdentifier": {"maxInvoices": 500}},
    )
    session, envelope = acme.open_online()

    acme.sent(session, envelope, invoice("FV/1"))

    assert codes(acme.send(session, envelope, invoice("FV/2"))) == [21155]


def test_a_technical_correction_replaces_a_refused_invoice_once(acme: Client) -> None:
    session, envelope = acme.open_online()
    bad, good = invoice("FV/1", issued="2049-01-01"), invoice("FV/1")
    acme.sent(session, envelope, bad)
    correction = {"offlineMode": True, "hashOfCorrectedInvoice": sha(bad)}

    corrected = acme.sent(session, envelope, good, **correction)
    again = acme.send(session, envelope, invoice("FV/2"), **correction)
    of_accepted = acme.send(session, envelope, bad, offlineMode=True, hashOfCorrectedInvoice=sha(good))
    online = acme.send(session, envelope, good, hashOfCorrectedInvoice=sha(bad))

    assert (corrected["status"]["code"], corrected["invoicingMode"]) == (200, "Offline")
    assert codes(again) == [21166]
    assert codes(of_accepted) == [21167]
    assert codes(online) == [21405]


def test_a_reused_aes_key_shows_in_the_report(acme: Client) -> None:
    envelope = Envelope.fresh()
    first, _ = acme.open_online(envelope)
    second, _ = acme.open_online(envelope)

    assert acme.report()["keyReuse"][0]["sessions"] == [first, second]
