import pytest

from tests.ksef_simulator.client import Client
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import BUYER, SELLER, invoice


def judged(acme: Client, xml: bytes) -> tuple[int, str]:
    session, envelope = acme.open_online()
    status = acme.sent(session, envelope, xml)["status"]
    return status["code"], " | ".join(status.get("details", []))


@pytest.mark.parametrize(
    ("xml", "code", "words"),
    [
        (b"\xef\xbb\xbf" + invoice("A"), 430, "BOM"),
        (invoice("A").replace(b"Subskrypcja", b"Subskrypcja \xb9"), 450, "UTF-8"),
        (invoice("A").replace(b'encoding="UTF-8"', b'encoding="ISO-8859-2"'), 450, "ISO-8859-2"),
        (invoice("A").replace(b"<Faktura", b"<?xml-stylesheet href='a'?><Faktura"), 450, "instrukcje"),
        (invoice("A").replace(b"<Fa>", b"<?php x?><Fa>"), 450, "instrukcje"),
        (invoice("A") + b"<?tail x?>", 450, "instrukcje"),
        (invoice("A").replace(b"<Faktura", b"<!DOCTYPE Faktura><Faktura"), 450, "DOCTYPE"),
        (invoice("A")[:-20], 450, "Nieprawidłowy XML"),
        (b"not xml at all", 450, "Nieprawidłowy XML"),
        (invoice("A").replace(b"Subskrypcja", "Subskrypcja \u0080".encode()), 450, "U+0080"),
        (invoice("A").replace(b"Subskrypcja", "Subskrypcja \ufdd0".encode()), 450, "U+FDD0"),
        (invoice("A").replace(b"Subskrypcja", "Subskrypcja \U0001fffe".encode()), 450, "U+1FFFE"),
        (invoice("A").replace(b"<P_15>123.00</P_15>", b""), 450, "Expected is"),
        (invoice("A").replace(b'kodSystemowy="FA (3)"', b'kodSystemowy="FA (2)"'), 450, "kodSystemowy"),
        (invoice("A").replace(b"2026-01-01T00:00:00Z", b"2025-08-31T23:59:59Z"), 450, "DataWytworzeniaFa"),
        (invoice("A", issued="2049-12-31"), 450, "późniejsza"),
        (b"<a/>" + b" " * 3_000_000, 430, "limit"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_what_ksef_refuses_is_refused_with_the_reason(acme: Client, xml: bytes, code: int, words: str) -> None:
    got, reason = judged(acme, xml)

    assert got == code
    assert words in reason


@pytest.mark.parametrize(
    "xml",
    [
        invoice("A").replace(b'<?xml version="1.0" encoding="UTF-8"?>\n', b""),
        invoice("A").replace(b'encoding="UTF-8"', b"encoding='utf-8'"),
        invoice("A").replace(b"<Fa>", b"<!-- <?no instruction?> --><Fa>"),
        invoice("A", line="zażółć \u0085 gęślą 🐍"),
        invoice("A", line="<![CDATA[<?]]>"),
    ],
    ids=["no prolog", "small letters", "comment", "letters", "cdata"],
)
def test_what_only_looks_suspicious_is_accepted(acme: Client, xml: bytes) -> None:
    assert judged(acme, xml) == (200, "")


def test_an_invoice_over_the_size_limit_is_430_even_when_valid(acme: Client) -> None:
    xml = invoice("A")

    code, reason = judged(acme, xml + b" " * (1_000_001 - len(xml)))

    assert (code, "1000000" in reason) == (430, True)
    assert judged(acme, xml + b" " * (1_000_000 - len(xml)))[0] == 200


def test_checksums_are_checked_only_where_the_environment_does(acme: Client, start: Start) -> None:
    wrong = invoice("A", buyer="<NIP>5252344079</NIP>")
    strict = start(check_nip=True).sign_in(SELLER, TOKEN)

    assert judged(acme, wrong)[0] == 200
    code, reason = judged(strict, wrong)
    assert (code, "5252344079" in reason) == (450, True)
    assert judged(strict, invoice("B", buyer=f"<NIP>{BUYER}</NIP>"))[0] == 200


def test_a_header_asks_for_the_checksums(acme: Client) -> None:
    acme.http.headers["X-KSeF-Feature"] = "subject-identifier-validation"

    assert judged(acme, invoice("A", buyer="<NIP>5252344079</NIP>"))[0] == 450


def test_p_1_is_measured_by_the_warsaw_day(acme: Client) -> None:
    # 22:30 UTC on 1 June is already 2 June in Warsaw.
    acme.control("POST", "/clock", {"set": "2026-06-01T22:30:00+00:00", "freeze": True})
    acme.sign_in(SELLER, TOKEN)

    assert judged(acme, invoice("A", issued="2026-06-02"))[0] == 200
    assert judged(acme, invoice("B", issued="2026-06-03"))[0] == 450


def test_an_invoice_of_yesterday_becomes_offline_at_midnight(acme: Client) -> None:
    acme.control("POST", "/clock", {"set": "2026-06-01T23:59:58+02:00", "freeze": True})
    acme.sign_in(SELLER, TOKEN)
    session, envelope = acme.open_online()

    before = acme.sent(session, envelope, invoice("A", issued="2026-06-01"))
    acme.control("POST", "/clock", {"advance": 5})
    after = acme.sent(session, envelope, invoice("B", issued="2026-06-01"))
    declared = acme.sent(session, envelope, invoice("C", issued="2026-06-02"), offlineMode=True)

    assert [each["invoicingMode"] for each in (before, after, declared)] == ["Online", "Offline", "Offline"]
    assert after["ksefNumber"][11:19] == "20260602"
