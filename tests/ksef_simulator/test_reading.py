import io
import json
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.ksef_simulator.client import Client, Envelope, b64, codes, sha
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import BUYER, SELLER, invoice
from tests.ksef_simulator.packages import Package, zipped
from tests.ksef_simulator.signing import SEAL, Signer

THIRD = (
    "<Podmiot3><DaneIdentyfikacyjne><NIP>1111111111</NIP><Nazwa>Faktor</Nazwa></DaneIdentyfikacyjne>"
    "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Boczna 3</AdresL1></Adres><Rola>1</Rola></Podmiot3>"
)


def company(client: Client, nip: str) -> Client:
    signer = Signer({oid: value.replace(SELLER, nip) for oid, value in SEAL.items()})
    return client.signed_in(signer, context=f"<Nip>{nip}</Nip>")


def filed(acme: Client, *documents: bytes) -> list[dict[str, Any]]:
    session, envelope = acme.open_online()
    return [acme.sent(session, envelope, xml) for xml in documents]


def filters(kind: str = "PermanentStorage", subject: str = "Subject1", **more: Any) -> dict[str, Any]:
    dates = {"dateType": kind, "from": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    dates |= {name: more.pop(name) for name in ("from", "to", "restrictToPermanentStorageHwmDate") if name in more}
    return {"subjectType": subject, "dateRange": dates, **more}


def found(client: Client, query: str = "pageSize=100", **more: Any) -> dict[str, Any]:
    answer = client.post(f"/invoices/query/metadata?{query}", filters(**more))
    assert answer.status_code == 200, answer.text
    metadata: dict[str, Any] = answer.json()
    return metadata


def numbers(client: Client, **more: Any) -> list[str]:
    return [each["invoiceNumber"] for each in found(client, **more)["invoices"]]


def test_an_invoice_comes_back_byte_for_byte(acme: Client) -> None:
    (document,) = filed(acme, invoice("FV/1"))

    answer = acme.get(f"/invoices/ksef/{document['ksefNumber']}")

    assert answer.content == invoice("FV/1")
    assert answer.headers["x-ms-meta-hash"] == sha(invoice("FV/1"))


def test_seller_buyer_and_third_party_read_it_and_nobody_else(acme: Client) -> None:
    (document,) = filed(acme, invoice("FV/1", third=THIRD))
    path = f"/invoices/ksef/{document['ksefNumber']}"

    buyer, third, stranger = (company(acme, nip) for nip in (BUYER, "1111111111", "2222222222"))

    assert [buyer.get(path).status_code, third.get(path).status_code] == [200, 200]
    assert stranger.get(path).json()["reasonCode"] == "insufficient-resource-access"


def test_an_unknown_number_and_one_not_yet_stored(start: Start) -> None:
    acme = start(storage_delay=60).sign_in(SELLER, TOKEN)
    (document,) = filed(acme, invoice("FV/1"))
    path = f"/invoices/ksef/{document['ksefNumber']}"

    early = acme.get(path)
    acme.control("POST", "/clock", {"advance": 61})
    stored = acme.document(*_where(acme, document))

    assert codes(early) == [21165]
    assert "permanentStorageDate" not in document
    assert stored["permanentStorageDate"] > stored["acquisitionDate"]
    assert acme.get(path).status_code == 200
    assert codes(acme.get(f"/invoices/ksef/{SELLER}-20260601-000000000000-AF")) == [21164]


def _where(acme: Client, document: dict[str, Any]) -> tuple[str, str]:
    session = acme.get("/sessions?sessionType=Online").json()["sessions"][0]["referenceNumber"]
    return session, document["referenceNumber"]


def test_a_download_that_accepts_no_xml_is_406(acme: Client) -> None:
    (document,) = filed(acme, invoice("FV/1"))
    path = f"/invoices/ksef/{document['ksefNumber']}"

    assert acme.get(path, headers={"Accept": "application/json"}).status_code == 406
    assert acme.get(path, headers={"Accept": "*/*"}).status_code == 200


def test_metadata_say_what_the_invoice_says(acme: Client) -> None:
    (document,) = filed(acme, invoice("FV/1", third=THIRD))

    (row,) = found(acme)["invoices"]

    assert row["ksefNumber"] == document["ksefNumber"]
    assert (row["invoiceNumber"], row["issueDate"], row["invoiceType"]) == ("FV/1", "2026-06-01", "Vat")
    assert (row["netAmount"], row["vatAmount"], row["grossAmount"], row["currency"]) == (100.0, 23.0, 123.0, "PLN")
    assert row["seller"] == {"nip": SELLER, "name": "Acme & syn sp. z o.o."}
    assert row["buyer"] == {"identifier": {"type": "Nip", "value": BUYER}, "name": "Globex"}
    assert row["thirdSubjects"] == [{"identifier": {"type": "Nip", "value": "1111111111"}, "name": "Faktor", "role": 1}]
    assert row["invoiceHash"] == sha(invoice("FV/1", third=THIRD))
    assert row["formCode"]["systemCode"] == "FA (3)"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["A", "B", "C"]),
        ({"invoiceNumber": "B"}, ["B"]),
        ({"invoiceTypes": ["Roz", "Kor"]}, ["C"]),
        ({"amount": {"type": "Brutto", "from": 123, "to": 123.0}}, ["A", "B", "C"]),
        ({"amount": {"type": "Netto", "from": 100.01}}, []),
        ({"buyerIdentifier": {"type": "VatUe"}}, ["B"]),
        ({"buyerIdentifier": {"type": "VatUe", "value": "DE123456789"}}, ["B"]),
        ({"buyerIdentifier": {"type": "Nip", "value": BUYER}}, ["A", "C"]),
        ({"buyerIdentifier": {"type": "None"}}, []),
        ({"currencyCodes": ["EUR"]}, []),
        ({"invoicingMode": "Online"}, []),
        ({"isSelfInvoicing": True}, []),
        ({"hasAttachment": False, "formType": "FA"}, ["A", "B", "C"]),
        ({"formType": "PEF"}, []),
        ({"sellerNip": "1111111111"}, []),
        ({"ksefNumber": f"{SELLER}-20260601-000000000000-AF"}, []),
    ],
)
def test_metadata_are_filtered(acme: Client, wanted: dict[str, Any], expected: list[str]) -> None:
    foreign = "<KodUE>DE</KodUE><NrVatUE>123456789</NrVatUE>"
    filed(acme, invoice("A"), invoice("B", buyer=foreign), invoice("C", kind="ROZ"))
    Client.wait(lambda: len(numbers(acme)) == 3)

    assert numbers(acme, **wanted) == expected


def test_each_party_finds_it_in_its_own_role(acme: Client) -> None:
    filed(acme, invoice("FV/1", third=THIRD))
    buyer, third = company(acme, BUYER), company(acme, "1111111111")

    assert numbers(buyer, subject="Subject2") == ["FV/1"]
    assert numbers(buyer, subject="Subject1") == []
    assert numbers(third, subject="Subject3") == ["FV/1"]
    assert numbers(third, subject="SubjectAuthorized") == []


def test_metadata_come_in_pages_and_in_both_orders(acme: Client) -> None:
    filed(acme, *(invoice(f"FV/{number:02d}") for number in range(12)))

    first, second = (found(acme, f"pageSize=10&pageOffset={page}") for page in (0, 1))
    backwards = found(acme, "pageSize=10&sortOrder=Desc")

    assert [len(first["invoices"]), len(second["invoices"])] == [10, 2]
    assert [first["hasMore"], second["hasMore"], first["isTruncated"]] == [True, False, False]
    assert backwards["invoices"][0]["invoiceNumber"] == "FV/11"


def test_the_cap_is_told_on_the_last_page_only(acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ksef_simulator.reading.metadata.CAP", 20)
    filed(acme, *(invoice(f"FV/{number}") for number in range(21)))

    pages = [found(acme, f"pageSize=10&pageOffset={page}") for page in (0, 1)]

    assert [(page["hasMore"], page["isTruncated"]) for page in pages] == [(True, False), (True, True)]


def test_issue_dates_are_days_and_other_dates_moments(acme: Client) -> None:
    filed(acme, invoice("FV/1", issued="2026-06-01"))

    day = {"from": "2026-06-01T00:00:00+02:00", "to": "2026-06-01T00:00:00+02:00"}

    assert numbers(acme, kind="Issue", **day) == ["FV/1"]
    assert numbers(acme, kind="Issue", **{"from": "2026-06-02T00:00:00+02:00", "to": "2026-06-03T00:00:00"}) == []
    assert numbers(acme, kind="Invoicing") == ["FV/1"]
    assert "permanentStorageHwmDate" not in found(acme, kind="Issue", **day)


def test_wrong_ranges_are_refused(acme: Client) -> None:
    def refused(**more: Any) -> list[int]:
        return codes(acme.post("/invoices/query/metadata", filters(**more)))

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert refused(**{"from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}) == [21405]
    assert refused(**{"from": tomorrow, "to": "2026-01-01T00:00:00Z"}) == [21405]
    assert refused(**{"from": "yesterday"}) == [21405]
    later = {"from": tomorrow, "to": tomorrow, "restrictToPermanentStorageHwmDate": True}
    assert refused(**later) == [21183]


def test_below_the_high_water_mark_nothing_appears_later(start: Start) -> None:
    """A package in work gets its storage dates only when it is done: the mark must wait for it."""
    acme = start(delay=5).sign_in(SELLER, TOKEN)
    package = Package.of(zipped({f"{number}.xml": invoice(f"B/{number}") for number in range(30)}))
    reference = package.upload(package.open(acme))
    acme.close(reference, "batch")

    marks, seen = [], []
    for _ in range(8):
        answer = found(acme)
        marks.append(answer["permanentStorageHwmDate"])
        seen.append({each["invoiceNumber"]: each["permanentStorageDate"] for each in answer["invoices"]})
        acme.control("POST", "/clock", {"advance": 1})

    assert marks == sorted(marks)
    assert len(seen[-1]) == 30
    for mark, before, after in zip(marks, seen, seen[1:], strict=False):
        late = {number: date for number, date in after.items() if number not in before}
        assert all(date > mark for date in late.values())


def export(acme: Client, **more: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Start an export, wait, and unpack it."""
    envelope = Envelope.fresh()
    body = {"encryption": acme.encryption(envelope), "filters": filters(), **more}
    started = acme.post("/invoices/exports", body)
    assert started.status_code == 201, started.text
    path = f"/invoices/exports/{started.json()['referenceNumber']}"
    Client.wait(lambda: acme.get(path).json()["status"]["code"] != 100)
    status = acme.get(path).json()
    package = status["package"]
    plain = b""
    for part in package["parts"]:
        answer = requests.request(part["method"], part["url"], timeout=30)
        assert sha(answer.content) == part["encryptedPartHash"] == answer.headers["x-ms-meta-hash"]
        opened = envelope.decrypt(answer.content)
        assert (sha(opened), len(opened)) == (part["partHash"], part["partSize"])
        plain += opened
    return package, unpacked(plain, package["compressionType"])


def unpacked(plain: bytes, compression: str) -> dict[str, bytes]:
    if compression == "Zip":
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


@pytest.mark.parametrize("compression", ["Zip", "TarGz"])
def test_an_export_holds_the_invoices_and_their_metadata(acme: Client, compression: str) -> None:
    documents = filed(acme, invoice("A"), invoice("B"))
    Client.wait(lambda: len(numbers(acme)) == 2)

    package, files = export(acme, compressionType=compression)

    listed = json.loads(files.pop("_metadata.json"))["invoices"]
    assert (package["invoiceCount"], package["isTruncated"]) == (2, False)
    assert set(files) == {f"{each['ksefNumber']}.xml" for each in documents}
    assert {each["ksefNumber"] for each in listed} == {each["ksefNumber"] for each in documents}
    assert "permanentStorageHwmDate" in package


def test_an_export_may_hold_metadata_only_or_nothing(acme: Client) -> None:
    empty, files = export(acme)
    filed(acme, invoice("A"))
    Client.wait(lambda: len(numbers(acme)) == 1)
    only, more = export(acme, onlyMetadata=True)

    assert (empty["invoiceCount"], json.loads(files["_metadata.json"])) == (0, {"invoices": []})
    assert (only["invoiceCount"], list(more)) == (1, ["_metadata.json"])


def test_a_truncated_export_says_where_to_go_on(acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ksef_simulator.reading.export_store.CAP", 2)
    filed(acme, invoice("A"), invoice("B"), invoice("C"))
    Client.wait(lambda: len(numbers(acme)) == 3)

    package, _ = export(acme)

    assert (package["invoiceCount"], package["isTruncated"]) == (2, True)
    assert package["lastPermanentStorageDate"] == found(acme)["invoices"][1]["permanentStorageDate"]


def test_large_exports_come_in_parts(acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ksef_simulator.reading.export_store.PART_BYTES", 1000)
    filed(acme, invoice("A"), invoice("B"))
    Client.wait(lambda: len(numbers(acme)) == 2)

    package, files = export(acme)

    assert len(package["parts"]) > 2
    assert len(files) == 3


def test_exports_are_limited_and_end(start: Start) -> None:
    acme = start(delay=60).sign_in(SELLER, TOKEN)
    envelope = Envelope.fresh()
    body = {"encryption": acme.encryption(envelope), "filters": filters()}

    started = [acme.post("/invoices/exports", body) for _ in range(11)]
    path = f"/invoices/exports/{started[0].json()['referenceNumber']}"
    running = acme.get(path).json()["status"]["code"]
    acme.control("POST", "/clock", {"advance": 61})
    Client.wait(lambda: acme.get(path).json()["status"]["code"] == 200)
    part = acme.get(path).json()["package"]["parts"][0]["url"]
    acme.control("POST", "/clock", {"advance": 3 * 86400 + 10})
    acme.sign_in(SELLER, TOKEN)

    assert codes(started[10]) == [21182]
    assert running == 100
    assert acme.get(path).json()["status"]["code"] == 210
    assert requests.get(part, timeout=30).status_code == 403
    acme.control("POST", "/clock", {"advance": 5 * 86400})
    acme.sign_in(SELLER, TOKEN)
    assert acme.get(path).status_code == 410


def test_exports_that_cannot_be_say_so(acme: Client) -> None:
    envelope = Envelope.fresh()
    encryption = acme.encryption(envelope)
    wrong_key = encryption | {"encryptedSymmetricKey": b64(bytes(256))}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    beyond = filters(**{"from": tomorrow, "to": tomorrow, "restrictToPermanentStorageHwmDate": True})

    def status(**body: Any) -> int:
        started = acme.post("/invoices/exports", {"encryption": encryption, "filters": filters(), **body}).json()
        code: int = acme.get(f"/invoices/exports/{started['referenceNumber']}").json()["status"]["code"]
        return code

    assert status(encryption=wrong_key) == 415
    assert status(filters=beyond) == 420
    assert codes(acme.get(f"/invoices/exports/{'1' * 36}")) == [21175]
    provider = acme.signed_in(
        Signer({oid: "PPL000001" if oid.dotted_string == "2.5.4.3" else value for oid, value in SEAL.items()}),
        context="<PeppolId>PPL000001</PeppolId>",
    )
    body = {"encryption": encryption, "filters": filters()}
    assert codes(provider.post("/invoices/exports", body)) == [21181]


def test_peppol_providers_are_public(client: Client) -> None:
    listed = client.get("/peppol/query").json()

    assert [each["id"] for each in listed["peppolProviders"]] == ["PPL000001", "PPL000002", "PPL000003"]
    assert listed["hasMore"] is False
