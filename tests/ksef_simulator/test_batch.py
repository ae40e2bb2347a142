import pytest
import requests

from tests.ksef_simulator.client import Client, Envelope, b64, codes, details, sha
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.packages import Package, tarred, zipped


def files(count: int, prefix: str = "B") -> dict[str, bytes]:
    return {f"{number}.xml": invoice(f"{prefix}/{number}") for number in range(1, count + 1)}


@pytest.mark.parametrize(("parts", "compression"), [(1, None), (3, None), (1, "TarGz"), (3, "TarGz")])
def test_a_package_is_taken_whole(acme: Client, parts: int, compression: str | None) -> None:
    sent = files(5)
    archive = tarred(sent) if compression else zipped(sent)

    session = Package.of(archive, parts=parts, compression=compression).filed(acme)

    listed = acme.get(f"/sessions/{session['reference']}/invoices").json()["invoices"]
    assert session["status"] == {"code": 200, "description": "Sesja wsadowa przetworzona pomyślnie"}
    assert (session["invoiceCount"], session["successfulInvoiceCount"]) == (5, 5)
    assert {each["invoiceFileName"]: each["invoiceHash"] for each in listed} == {
        name: sha(xml) for name, xml in sent.items()
    }
    assert len(session["upo"]["pages"]) == 1


def test_every_document_is_judged_by_itself(acme: Client) -> None:
    sent = files(3) | {"bad.xml": invoice("B/9", issued="2049-01-01"), "again.xml": invoice("B/1", line="other")}

    session = Package.of(zipped(sent)).filed(acme)

    failed = acme.get(f"/sessions/{session['reference']}/invoices/failed").json()["invoices"]
    assert (session["successfulInvoiceCount"], session["failedInvoiceCount"]) == (3, 2)
    assert {each["invoiceFileName"]: each["status"]["code"] for each in failed} == {"bad.xml": 450, "again.xml": 440}


def test_a_package_without_a_good_document_is_445(acme: Client) -> None:
    session = Package.of(zipped({"a.xml": b"<a/>"})).filed(acme)

    assert session["status"]["code"] == 445
    assert session["failedInvoiceCount"] == 1


def test_a_part_with_another_hash_ends_the_package_with_405(acme: Client) -> None:
    package = Package.of(zipped(files(2)))
    file = package.file()
    file["fileParts"][0]["fileHash"] = sha(b"")

    session = package.filed(acme, file)

    assert session["status"]["code"] == 405
    assert session["invoiceCount"] == 0


def test_another_hash_of_the_whole_is_405_too(acme: Client) -> None:
    package = Package.of(zipped(files(2)))

    assert package.filed(acme, package.file() | {"fileHash": sha(b"")})["status"]["code"] == 405


def test_a_wrong_key_is_415_and_nothing_can_be_closed(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    encryption = acme.encryption(package.envelope) | {"encryptedSymmetricKey": b64(bytes(256))}
    del encryption["publicKeyId"]

    opened = package.open(acme, encryption=encryption)

    reference = opened.json()["referenceNumber"]
    assert acme.session(reference)["status"]["code"] == 415
    assert codes(acme.close(reference, "batch")) == [21180]


def test_too_many_documents_are_420_and_none_is_taken(acme: Client) -> None:
    limits = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 3}
    acme.post(
        "/testdata/limits/context/session",
        {"onlineSession": limits, "batchSession": limits, "collectiveIdentifier": {"maxInvoices": 500}},
    )

    session = Package.of(zipped(files(4))).filed(acme)

    assert (session["status"]["code"], session["invoiceCount"]) == (420, 0)


@pytest.mark.parametrize("archive", [b"no archive at all", zipped(files(2))[:-30], tarred(files(1))])
def test_what_cannot_be_unpacked_is_430(acme: Client, archive: bytes) -> None:
    assert Package.of(archive).filed(acme)["status"]["code"] == 430


def test_another_vector_is_430(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    package.envelope = Envelope(package.envelope.key, bytes(16))

    assert package.filed(acme)["status"]["code"] == 430


def test_a_part_that_does_not_decrypt_is_435(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    package.parts = [b"x" * 33]

    assert package.filed(acme)["status"]["code"] == 435


def test_an_empty_archive_is_440(acme: Client) -> None:
    status = Package.of(zipped({})).filed(acme)["status"]

    assert (status["code"], status["details"]) == (440, ["Nie przesłano faktur"])


def test_a_missing_part_is_named_at_the_close(acme: Client) -> None:
    package = Package.of(zipped(files(2)), parts=2)
    opened = package.open(acme)
    package.parts = package.parts[:1]
    reference = package.upload(opened)

    answer = acme.close(reference, "batch")

    assert (codes(answer), details(answer)) == ([21205], ["Nie przesłano zadeklarowanej '2' części pliku."])


def test_a_part_of_another_size_is_named_at_the_close(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    opened = package.open(acme)
    package.parts = [package.parts[0] + b"0" * 16]

    assert codes(acme.close(package.upload(opened), "batch")) == [21157]


def test_a_part_can_be_sent_again_before_the_close(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    opened, right = package.open(acme), package.parts
    package.parts = [b"garbage"]
    package.upload(opened)
    package.parts = right
    reference = package.upload(opened)
    acme.close(reference, "batch")

    assert acme.settled_session(reference)["status"]["code"] == 200


def test_the_declaration_is_checked_at_once(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    part = package.file()["fileParts"][0]

    too_many = package.file() | {"fileParts": [part | {"ordinalNumber": number} for number in range(1, 52)]}
    too_big = package.file() | {"fileParts": [part | {"fileSize": 100_000_017}]}
    gap = package.file() | {"fileParts": [part | {"ordinalNumber": 2}]}

    assert [codes(package.open(acme, file)) for file in (too_many, too_big, gap)] == [[21161], [21157], [21405]]


def test_uploads_are_refused_late_twice_closed_or_without_their_header(acme: Client) -> None:
    package = Package.of(zipped(files(1)))
    first, second = package.open(acme).json(), package.open(acme)
    request = first["partUploadRequests"][0]

    bare = requests.put(request["url"], data=package.parts[0], timeout=30)
    reference = package.upload(second)
    acme.close(reference, "batch")
    after = requests.put(
        second.json()["partUploadRequests"][0]["url"], data=b"x", headers=request["headers"], timeout=30
    )
    acme.control("POST", "/clock", {"advance": 20 * 60 + 1})
    late = requests.put(request["url"], data=package.parts[0], headers=request["headers"], timeout=30)

    assert [bare.status_code, after.status_code, late.status_code] == [400, 403, 403]
    assert acme.report()["uploadHeadersMissing"][0]["headers"] == ["x-ms-blob-type"]


def test_a_batch_nobody_closes_is_cancelled_after_twelve_hours(acme: Client) -> None:
    reference = (package := Package.of(zipped(files(1)))).upload(package.open(acme))

    acme.control("POST", "/clock", {"advance": 12 * 3600 + 1})
    acme.sign_in(SELLER, TOKEN)

    status = acme.session(reference)["status"]
    assert (status["code"], status["details"]) == (440, ["Przekroczono czas wysyłki"])
    assert codes(acme.close(reference, "batch")) == [21208]


def test_a_batch_takes_its_time(start: Start) -> None:
    acme = start(batch_delay_base=10, batch_delay_per_invoice=1).sign_in(SELLER, TOKEN)
    package = Package.of(zipped(files(3)))
    reference = package.upload(package.open(acme))
    acme.close(reference, "batch")
    Client.wait(lambda: acme.session(reference)["invoiceCount"] == 3)

    early = acme.session(reference)["status"]["code"]
    acme.control("POST", "/clock", {"advance": 12})
    middle = acme.session(reference)
    acme.control("POST", "/clock", {"advance": 2})

    assert early == 150
    assert (middle["status"]["code"], middle["successfulInvoiceCount"]) == (150, 2)
    assert acme.session(reference)["status"]["code"] == 200


def test_the_day_of_a_batch_is_the_day_it_was_opened(acme: Client) -> None:
    acme.control("POST", "/clock", {"set": "2026-06-01T23:59:50+02:00", "freeze": True})
    acme.sign_in(SELLER, TOKEN)
    package = Package.of(zipped({"a.xml": invoice("A", issued="2026-06-01")}))
    opened = package.open(acme)
    acme.control("POST", "/clock", {"advance": 60})
    reference = package.upload(opened)
    acme.close(reference, "batch")
    acme.settled_session(reference)

    (document,) = acme.get(f"/sessions/{reference}/invoices").json()["invoices"]

    assert document["invoicingMode"] == "Online"
    assert document["invoicingDate"] == acme.session(reference)["dateCreated"]


def test_attachments_need_consent(acme: Client) -> None:
    def sent(number: str) -> dict[str, object]:
        session = Package.of(zipped({"a.xml": invoice(number, attachment=True)})).filed(acme)
        document: dict[str, object] = acme.get(f"/sessions/{session['reference']}/invoices").json()["invoices"][0]
        return document

    refused = sent("A/1")
    acme.post("/testdata/attachment", {"nip": SELLER})
    accepted = sent("A/2")

    assert refused["status"] == {
        "code": 410,
        "description": "Nieprawidłowy zakres uprawnień",
        "details": [f"Sprzedawca {SELLER} nie posiada zgody do wysyłania faktur z załącznikami"],
    }
    assert accepted["status"] == {"code": 200, "description": "Sukces"}


def test_offline_mode_counts_for_the_whole_package(acme: Client) -> None:
    session = Package.of(zipped(files(1))).filed(acme, offlineMode=True)

    assert acme.get(f"/sessions/{session['reference']}/invoices").json()["invoices"][0]["invoicingMode"] == "Offline"


def test_a_duplicate_of_a_batch_names_the_batch(acme: Client) -> None:
    batch = Package.of(zipped(files(1))).filed(acme)
    session, envelope = acme.open_online()

    duplicate = acme.sent(session, envelope, invoice("B/1"))

    assert duplicate["status"]["extensions"]["originalSessionReferenceNumber"] == batch["reference"]
