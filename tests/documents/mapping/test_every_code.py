"""Every hold, skip and warning code comes out first in one case, and not at all in the case beside it."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.documents.mapping.outcome import Mapped
from apps.documents.mapping.reasons import HOLDS, SKIPS, WARNINGS, Code
from tests.documents.mapping.build import (
    NOON,
    SELLER,
    SEPTEMBER,
    case,
    codes,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    map_one,
    moment,
    run,
    tax,
    taxed,
    warned,
)

GERMAN = {"country": "DE", "ids": [("eu_vat", "DE123456789")], "currency": "eur"}
NO_ID = {"ids": [], "customer_name": "Anna Nowak"}
REVERSED = [tax(0, "txr_DE19e", "reverse_charge")]
ZERO_RATED = [tax(0, "txr_DE0e", "zero_rated")]
VERIFIED = {"tax_ids": [{"type": "eu_vat", "value": "DE123456789", "verification": "verified"}]}
PENDING = {"tax_ids": [{"type": "eu_vat", "value": "DE123456789", "verification": "pending"}]}


def original(**more: Any) -> dict[str, Any]:
    lines = more.pop("lines", [line(20000)])
    return {"original_invoice": invoice(*lines, finalized=SEPTEMBER, **more), "original_filing": filing()}


def noted(related: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return case(credit_note(credit_line(5000), **more), related=related or original())


def with_lines(stripe: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**stripe, "lines": {**stripe["lines"], **more}}


def credits(amount: int) -> dict[str, Any]:
    row = line(10000, taxed(10000 - amount))
    row["pretax_credit_amounts"] = [
        {"amount": amount, "credit_balance_transaction": "cbtxn_1", "type": "credit_balance_transaction"}
    ]
    stripe = invoice(row)
    return {**stripe, "total": stripe["total"] - amount, "total_excluding_tax": stripe["total_excluding_tax"] - amount}


def void(**more: Any) -> dict[str, Any]:
    transitions = {"finalized_at": NOON, "paid_at": None, "voided_at": NOON}
    return invoice(status="void", status_transitions=transitions, **more)


def voided_note() -> dict[str, Any]:
    return credit_note(credit_line(5000), status="void", voided_at=NOON)


def prior(p_2: str, net: str, vat: str, total: str) -> dict[str, Any]:
    return {"p_2": p_2, "P_13_1": net, "P_14_1": vat, "P_15": total}


def filed(**more: Any) -> dict[str, Any]:
    return {"original_filing": filing(p_1="2026-10-05", **more)}


def kuwaiti(amount: int) -> dict[str, Any]:
    ids = [("us_ein", "98-7654321")]
    return invoice(
        line(amount, [tax(0, "txr_US0e", "not_collecting")], unit=None), currency="kwd", country="US", ids=ids
    )


def shipped(rate: str) -> dict[str, Any]:
    cost = {"amount_subtotal": 2000, "amount_tax": 0, "amount_total": 2000, "taxes": [], "shipping_rate": None}
    entry = taxed(2000, rate)[0]
    cost |= {"amount_tax": entry["amount"], "amount_total": 2000 + entry["amount"]}
    stripe = invoice(line(10000), shipping_cost=cost, total_taxes=[taxed(10000)[0], entry])
    if rate == "txr_PL23e":
        stripe = invoice(line(10000), shipping_cost=cost, total_taxes=[tax(2760, base=12000)])
    cost.pop("taxes")
    return stripe


def many(count: int) -> dict[str, Any]:
    return invoice(*(line(100, [tax(23)], description="Opis usługi " * 30) for _ in range(count)))


Build = Callable[[], dict[str, Any]]

# code: the case that shows it, and a neighbour that differs in the one thing the code is about
HOLD_AND_SKIP: dict[Code, tuple[Build, Build]] = {
    Code.MODE_MISMATCH: (lambda: case(invoice(livemode=True)), lambda: case(invoice())),
    Code.ISSUER_NOT_TENANT: (
        lambda: case(invoice(issuer={"type": "account", "account": "acct_9"})),
        lambda: case(invoice(issuer={"type": "account", "account": "acct_9"}), own_accounts=["acct_9"]),
    ),
    Code.NOT_FINALIZED: (lambda: case(invoice(status="draft", number=None)), lambda: case(invoice())),
    Code.VOID: (lambda: case(void()), lambda: case(void(), related=filed())),
    Code.CREDIT_NOTE_VOID: (lambda: case(voided_note(), related=original()), noted),
    Code.BEFORE_KSEF_START: (
        lambda: case(invoice(), ksef_start="2026-10-06"),
        lambda: case(invoice(), ksef_start="2026-10-05"),
    ),
    Code.EXCLUDED: (lambda: case(invoice(metadata={"ksef_skip": "wystawiono ręcznie"})), lambda: case(invoice())),
    Code.VOID_AFTER_FILING: (
        lambda: case(void(), related=filed(), void_policy="hold"),
        lambda: case(void(), related=filed()),
    ),
    Code.CREDIT_NOTE_VOIDED_AFTER_FILING: (
        lambda: case(
            voided_note(),
            related=original() | {"prior_corrections": [prior("ABC-0001-CN-01", "-50.00", "-11.50", "-61.50")]},
        ),
        lambda: case(voided_note(), related=original()),
    ),
    Code.SELLER_NIP_INVALID: (lambda: case(invoice(), seller={**SELLER, "nip": "9999999998"}), lambda: case(invoice())),
    Code.WAITING_ORIGINAL: (
        lambda: noted(original() | {"original_filing": {"status": "pending"}}),
        noted,
    ),
    Code.ORIGINAL_UNKNOWN: (lambda: noted({"original_invoice": invoice()}), noted),
    Code.ORIGINAL_NOT_IN_SCOPE: (lambda: noted(original() | {"original_filing": {"status": "skipped"}}), noted),
    Code.LINES_INCOMPLETE: (lambda: case(with_lines(invoice(), has_more=True)), lambda: case(invoice())),
    Code.BUYER_NIP_INVALID: (
        lambda: case(invoice(ids=[("pl_nip", "1234567890")])),
        lambda: case(invoice(ids=[("pl_nip", "1234563218")])),
    ),
    Code.BUYER_ID_CONFLICT: (
        lambda: case(invoice(ids=[("eu_vat", "PL1111111111"), ("pl_nip", "1234563218")])),
        lambda: case(invoice(ids=[("eu_vat", "PL1111111111"), ("pl_nip", "111-111-11-11")])),
    ),
    Code.BUYER_VAT_FORMAT: (
        lambda: case(invoice(ids=[("pl_nip", "1111111111"), ("eu_vat", "DE1234567890123")])),
        lambda: case(invoice(ids=[("pl_nip", "1111111111"), ("eu_vat", "DE123456789")])),
    ),
    Code.BUYER_NAME_MISSING: (lambda: case(invoice(customer_name=" \n")), lambda: case(invoice(customer_name="A"))),
    Code.BUYER_ADDRESS_MISSING: (
        lambda: case(invoice(customer_address={"country": "PL"})),
        lambda: case(invoice(customer_address={"country": "PL", "city": "Warszawa"})),
    ),
    Code.BUYER_COUNTRY_MISSING: (
        lambda: case(invoice(customer_address={"city": "Warszawa"}, **NO_ID)),
        lambda: case(invoice(customer_address={"city": "Warszawa"})),
    ),
    Code.BUYER_LOOKS_LIKE_COMPANY: (
        lambda: case(invoice(ids=[], customer_name="ACME sp. z o.o.")),
        lambda: case(invoice(**NO_ID), b2c_policy="file"),
    ),
    Code.B2C_DECISION: (
        lambda: case(invoice(**NO_ID), b2c_policy={"PL": "hold"}),
        lambda: case(invoice(**NO_ID), b2c_policy={"PL": "file"}),
    ),
    Code.B2C: (lambda: case(invoice(**NO_ID)), lambda: case(invoice())),
    Code.BILLING_CREDITS: (lambda: case(credits(1000)), lambda: case(credits(1000), billing_credits="discount")),
    Code.TOTAL_MISMATCH: (lambda: case(invoice(total=12301)), lambda: case(invoice(total=12300))),
    Code.NEGATIVE_TOTAL: (lambda: case(invoice(line(-4197, [tax(-965)]))), lambda: case(invoice(line(4197)))),
    Code.ZERO_TOTAL: (
        lambda: case(invoice(line(10000, discount=10000), discounts=["di_1"])),
        lambda: case(invoice(line(10000, discount=10000), discounts=["di_1"]), zero_total_policy="file"),
    ),
    Code.MULTIPLE_TAXES: (
        lambda: case(invoice(line(10000, [tax(2300), tax(800, "txr_PL8e")]))),
        lambda: case(invoice(line(10000, [tax(2300), tax(0, "txr_PL8e")]))),
    ),
    Code.EXEMPT_SELLER_CHARGED_VAT: (
        lambda: case(invoice(), vat_status="exempt", exempt_basis="art. 113 ust. 1"),
        lambda: case(invoice(line(10000, [])), vat_status="exempt", exempt_basis="art. 113 ust. 1"),
    ),
    Code.UNKNOWN_RATE: (
        lambda: case(invoice(line(10000, taxed(10000, "txr_PL4e")))),
        lambda: case(invoice(line(10000, taxed(10000, "txr_PL5e")))),
    ),
    Code.FOREIGN_VAT: (
        lambda: case(invoice(line(10000, taxed(10000, "txr_DE19e")), **GERMAN)),
        lambda: case(invoice(line(10000, taxed(10000, "txr_DE19e")), **GERMAN), oss=True),
    ),
    Code.FOREIGN_TAX: (
        lambda: case(invoice(line(10000, taxed(10000, "txr_NO25e")))),
        lambda: case(invoice(line(10000, taxed(10000, "txr_XX23e")))),
    ),
    Code.EXEMPTION_BASIS_MISSING: (
        lambda: case(invoice(line(10000, [tax(0, reason="product_exempt")]))),
        lambda: case(invoice(line(10000, [tax(0, reason="product_exempt")])), exempt_basis="art. 43 ust. 1 pkt 29"),
    ),
    Code.TAX_UNSUPPORTED: (
        lambda: case(invoice(line(10000, [tax(0, reason="not_supported")]))),
        lambda: case(invoice(line(10000, [tax(0, reason="zero_rated")]))),
    ),
    Code.ZERO_RATE_AMBIGUOUS: (
        lambda: case(invoice(line(10000, ZERO_RATED), **GERMAN)),
        lambda: case(invoice(line(10000, ZERO_RATED), **GERMAN), supply="goods"),
    ),
    Code.DOMESTIC_REVERSE_CHARGE: (
        lambda: case(invoice(line(10000, [tax(0, reason="reverse_charge")]))),
        lambda: case(invoice(line(10000, [tax(0, reason="reverse_charge")], metadata={"ksef_p12": "oo"}))),
    ),
    Code.EU_B2B_NO_VAT_ID: (
        lambda: case(invoice(line(10000, REVERSED), **{**GERMAN, "ids": [("de_stn", "1234567890")]})),
        lambda: case(invoice(line(10000, REVERSED), **GERMAN)),
    ),
    Code.EU_CONSUMER_NO_TAX: (
        lambda: case(invoice(line(10000, []), **{**GERMAN, **NO_ID}), b2c_policy="file"),
        lambda: case(invoice(line(10000), **{**GERMAN, **NO_ID}), b2c_policy="file"),
    ),
    Code.NO_TAX_DOMESTIC: (lambda: case(invoice(line(10000, []))), lambda: case(invoice())),
    Code.VIES_UNVERIFIED: (
        lambda: case(invoice(line(10000, ZERO_RATED), **GERMAN), related=PENDING, supply="goods"),
        lambda: case(invoice(line(10000, ZERO_RATED), **GERMAN), related=VERIFIED, supply="goods"),
    ),
    Code.NEGATIVE_BUCKET: (
        lambda: case(invoice(line(20000), line(-1000, taxed(-1000, "txr_PL8e")))),
        lambda: case(invoice(line(20000), line(-1000))),
    ),
    Code.NEGATIVE_LINE: (
        lambda: case(invoice(line(20000), line(-1000)), negative_lines="hold"),
        lambda: case(invoice(line(20000), line(-1000))),
    ),
    Code.AMOUNT_PRECISION: (lambda: case(kuwaiti(12345)), lambda: case(kuwaiti(12340))),
    Code.CURRENCY_UNSUPPORTED: (lambda: case(invoice(currency="sle")), lambda: case(invoice())),
    Code.TAX_ONLY_CREDIT: (
        lambda: case(credit_note(total_taxes=[tax(4600)]), related=original()),
        noted,
    ),
    Code.CREDIT_NOTE_UNALLOCATED: (
        lambda: case(
            credit_note(total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)]),
            related=original(lines=[line(20000), line(10000, taxed(10000, "txr_PL8e"))]),
        ),
        lambda: case(credit_note(total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)]), related=original()),
    ),
    Code.OVER_CORRECTION: (
        lambda: noted(original() | {"prior_corrections": [prior("X", "-150.01", "-34.50", "-184.51")]}),
        lambda: noted(original() | {"prior_corrections": [prior("X", "-150.00", "-34.50", "-184.50")]}),
    ),
    Code.DUPLICATE_NUMBER: (
        lambda: case(invoice(), related={"used_numbers": ["ABC-0001"]}),
        lambda: case(invoice(), related={"used_numbers": ["ABC-0002"]}),
    ),
    Code.P1_IN_FUTURE: (lambda: case(invoice(), filing_date="2026-10-04"), lambda: case(invoice())),
    Code.P1_TOO_OLD: (
        lambda: case(invoice(), filing_date="2026-10-07", late_p1="hold"),
        lambda: case(invoice(), filing_date="2026-10-06", late_p1="hold"),
    ),
    Code.PREPAID_DOCUMENT: (
        lambda: case(prepaid("2026-10-04 10:00"), prepaid_document="hold"),
        lambda: case(prepaid("2026-10-05 10:30"), prepaid_document="hold"),
    ),
    Code.TAX_MISMATCH: (
        lambda: case(invoice(line(10000, [tax(2302)]))),
        lambda: case(invoice(line(10000, [tax(2301)]))),
    ),
    Code.FX_RATE_MISSING: (
        lambda: case(invoice(currency="eur"), fx={"source": "NBP_A", "rates": {"EUR": {"2026-10-01": "4.25"}}}),
        lambda: case(invoice(currency="eur"), fx={"source": "NBP_A", "rates": {"EUR": {"2026-10-02": "4.25"}}}),
    ),
    Code.DOCUMENT_TOO_LARGE: (lambda: case(many(2200)), lambda: case(many(10))),
    Code.NUMBER_INVALID: (lambda: case(invoice(number="N" * 257)), lambda: case(invoice(number="N" * 256))),
}
WARNED: dict[Code, tuple[Build, Build]] = {
    Code.TEXT_TRUNCATED: (
        lambda: case(invoice(line(10000, description="x" * 513))),
        lambda: case(invoice(line(10000, description="x" * 512))),
    ),
    Code.NEGATIVE_LINES: (lambda: case(invoice(line(20000), line(-1000))), lambda: case(invoice(line(20000)))),
    Code.TAX_ROUNDING: (
        lambda: case(invoice(line(10000, [tax(2301)]))),
        lambda: case(invoice(line(10000, [tax(2300)]))),
    ),
    Code.P1_REDATED: (
        lambda: case(invoice(), filing_date="2026-10-07"),
        lambda: case(invoice(), filing_date="2026-10-06"),
    ),
    Code.SHIPPING_RATE_DIFFERS: (lambda: case(shipped("txr_PL8e")), lambda: case(shipped("txr_PL23e"))),
    Code.REFUND_WITHOUT_CREDIT_NOTE: (
        lambda: case(invoice(paid=NOON), related={"payment": {"amount_refunded": 500}}),
        lambda: case(
            invoice(paid=NOON, post_payment_credit_notes_amount=500), related={"payment": {"amount_refunded": 500}}
        ),
    ),
    Code.BALANCE_TOPUP: (lambda: case(invoice(), related={"balance_topup": True}), lambda: case(invoice())),
    Code.VIES_UNCHECKED: (
        lambda: case(invoice(line(10000, REVERSED), **GERMAN)),
        lambda: case(invoice(line(10000, REVERSED), **GERMAN), related=VERIFIED),
    ),
}


def prepaid(paid: str) -> dict[str, Any]:
    row = line(10000, is_subscription=True, period=(NOON, moment("2026-11-05 10:00")))
    return invoice(row, paid=moment(paid))


@pytest.mark.parametrize("code", HOLD_AND_SKIP, ids=str)
def test_a_code_comes_first_where_it_applies_and_not_beside_it(code: Code) -> None:
    shown, beside = (run(build()) for build in HOLD_AND_SKIP[code])

    assert codes(shown)[:1] == [code]
    assert shown.verdict == shown.reasons[0].verdict
    assert shown.reasons[0].field
    assert code not in codes(beside)


@pytest.mark.parametrize("code", WARNED, ids=str)
def test_a_warning_stands_where_it_applies_and_not_beside_it(code: Code) -> None:
    shown, beside = (run(build()) for build in WARNED[code])

    assert (shown.verdict.value, code in warned(shown)) == ("file", True), codes(shown)
    assert (beside.verdict.value, code in warned(beside)) == ("file", False), codes(beside)


# The codes of fa3-mapping 5, as the cases name them; a changed spelling would break everyone who reads a verdict.
SECTION_5 = """
SELLER_NIP_INVALID BUYER_NIP_INVALID BUYER_ID_CONFLICT BUYER_VAT_FORMAT BUYER_LOOKS_LIKE_COMPANY B2C_DECISION
BUYER_NAME_MISSING BUYER_ADDRESS_MISSING BUYER_COUNTRY_MISSING EU_B2B_NO_VAT_ID VIES_UNVERIFIED EU_CONSUMER_NO_TAX
FOREIGN_VAT FOREIGN_TAX UNKNOWN_RATE MULTIPLE_TAXES TAX_UNSUPPORTED ZERO_RATE_AMBIGUOUS NO_TAX_DOMESTIC
DOMESTIC_REVERSE_CHARGE EXEMPT_SELLER_CHARGED_VAT EXEMPTION_BASIS_MISSING TOTAL_MISMATCH TAX_MISMATCH NEGATIVE_TOTAL
NEGATIVE_BUCKET NEGATIVE_LINE BILLING_CREDITS AMOUNT_PRECISION CURRENCY_UNSUPPORTED FX_RATE_MISSING P1_IN_FUTURE
P1_TOO_OLD DUPLICATE_NUMBER LINES_INCOMPLETE DOCUMENT_TOO_LARGE MODE_MISMATCH ISSUER_NOT_TENANT WAITING_ORIGINAL
ORIGINAL_UNKNOWN TAX_ONLY_CREDIT CREDIT_NOTE_UNALLOCATED OVER_CORRECTION CREDIT_NOTE_VOIDED_AFTER_FILING
VOID_AFTER_FILING SCHEMA_INVALID
NOT_FINALIZED VOID CREDIT_NOTE_VOID ZERO_TOTAL B2C BEFORE_KSEF_START ORIGINAL_NOT_IN_SCOPE
TEXT_TRUNCATED NEGATIVE_LINES TAX_ROUNDING P1_REDATED SHIPPING_RATE_DIFFERS REFUND_WITHOUT_CREDIT_NOTE BALANCE_TOPUP
VIES_UNCHECKED
"""
OUR_OWN = {"EXCLUDED", "PREPAID_DOCUMENT", "NUMBER_INVALID"}


def test_the_codes_are_those_of_the_rules_and_three_of_our_own() -> None:
    assert {code.value for code in Code} == {*SECTION_5.split(), *OUR_OWN}


def test_every_code_has_its_case() -> None:
    # A document of ours that is wrong cannot be brought about by any input: see test_outcome.
    assert set(HOLD_AND_SKIP) == (HOLDS | SKIPS) - {Code.SCHEMA_INVALID}
    assert set(WARNED) == WARNINGS


def test_a_document_beside_a_hold_is_filed_where_nothing_else_stands_in_its_way() -> None:
    waiting = {Code.BUYER_LOOKS_LIKE_COMPANY, Code.CREDIT_NOTE_VOIDED_AFTER_FILING, Code.BUYER_COUNTRY_MISSING}
    results: dict[Code, Mapped] = {code: run(beside()) for code, (_, beside) in HOLD_AND_SKIP.items()}

    stopped = {code for code, result in results.items() if result.verdict.value != "file"}

    assert stopped <= waiting, {code: codes(results[code]) for code in stopped}


def test_reasons_stand_in_the_order_of_evaluation() -> None:
    result = map_one(
        invoice(line(10000, []), livemode=True, number="N" * 300, customer_name="", ids=[("pl_nip", "1234567890")]),
        filing_date="2026-10-01",
    )

    assert codes(result) == [
        "MODE_MISMATCH",
        "BUYER_NIP_INVALID",
        "BUYER_NAME_MISSING",
        "NO_TAX_DOMESTIC",
        "NUMBER_INVALID",
        "P1_IN_FUTURE",
    ]
