"""What an accountant would ask about."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.fa3.document import (
    Annotations,
    Bucket,
    BucketKind,
    EuVat,
    Gtu,
    Kind,
    NoId,
    Paid,
    Payment,
    PaymentForm,
    Period,
    VatCategory,
)
from apps.fa3.facts import NO_FACTS, Facts
from apps.fa3.rules import check, errors, warnings
from tests.fa3.make import (
    ISSUED_ON,
    make_block,
    make_bucket,
    make_buyer,
    make_correction,
    make_document,
    make_row,
    make_seller,
    make_untaxed,
)


def found(document, facts=NO_FACTS):
    return [(problem.code, problem.path) for problem in warnings(document, facts)]


def test_an_ordinary_document_raises_no_question():
    assert found(make_document()) == []
    assert found(make_correction()) == []


def test_a_warning_is_no_error():
    document = make_document(rows=(make_row(unit=None),))

    assert [problem.is_warning for problem in warnings(document)] == [True]
    assert errors(document) == []
    assert check(document) == warnings(document)


def test_errors_come_before_warnings():
    document = make_document(rows=(make_row(unit=None, quantity=Decimal(-1), net_price=Decimal(-100)),))

    assert [(problem.code, problem.is_warning) for problem in check(document)] == [
        ("NEGATIVE_QUANTITY", False),
        ("ROW_INCOMPLETE", True),
    ]


@pytest.mark.parametrize(
    ("tax", "codes"), [("22.99", []), ("23.01", []), ("23.02", ["TAX_OFF_RATE"]), ("0", ["TAX_OFF_RATE"])]
)
def test_tax_may_stray_by_a_grosz_a_row(tax, codes):
    document = make_document(buckets=(make_bucket(tax=Decimal(tax)),))

    assert [code for code, _ in found(document)] == codes


def test_more_rows_may_stray_further():
    rows = tuple(make_row(number=place) for place in (1, 2, 3))

    for tax, is_off in (("69.03", False), ("68.97", False), ("69.04", True)):
        document = make_document(rows=rows, buckets=(make_bucket(net=Decimal(300), tax=Decimal(tax)),))
        assert ("TAX_OFF_RATE" in dict(found(document))) is is_off


def test_an_untaxed_total_does_not_hide_the_next():
    stray = make_bucket(kind=BucketKind.STANDARD)
    off = make_bucket(kind=BucketKind.REDUCED, tax=Decimal("9.00"))
    document = make_document(rows=(make_row(category=VatCategory.RATE_8),), buckets=(stray, off))

    assert found(document) == [("TAX_OFF_RATE", "Fa/P_14_2")]


def test_tax_of_gross_rows_is_the_tax_they_contain():
    row = make_row(net=None, net_price=None, gross_price=Decimal(123), gross=Decimal(123))
    oss = replace(row, category=None, oss_rate=Decimal(25))

    assert found(make_document(rows=(row,))) == []
    assert found(make_document(rows=(oss,), buckets=(make_bucket(kind=BucketKind.OSS),))) == [
        ("TAX_OFF_RATE", "Fa/P_14_5")
    ]


def test_rates_of_one_total_are_reckoned_apart():
    rows = (make_row(), make_row(number=2, category=VatCategory.RATE_22))

    assert found(make_document(rows=rows, buckets=(make_bucket(net=Decimal(200), tax=Decimal(45)),))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": Kind.FINAL},
        {"kind": Kind.CORRECTION, "correction": make_block(period="2026")},
        {"rows": ()},
    ],
)
def test_tax_is_not_reckoned_where_rows_do_not_make_it_up(changes):
    document = make_document(buckets=(make_bucket(tax=Decimal("99.00")),))

    assert found(document) != []
    assert "TAX_OFF_RATE" not in dict(found(replace(document, **changes)))


RATES = Facts(
    nbp_rates={
        date(2026, 9, 29): Decimal("4.2480"),
        date(2026, 9, 30): Decimal("4.2510"),
        date(2026, 10, 2): Decimal("4.2575"),
        date(2026, 10, 5): Decimal("4.2600"),
    }
)
ANOTHER = [("RATE_OF_ANOTHER_DAY", "Fa/FaWiersz[1]/KursWaluty")]


def in_euro(rate, *, row=None, **changes):
    return make_document(rows=(make_row(exchange_rate=Decimal(rate), **(row or {})),), currency="EUR", **changes)


def test_the_rate_is_that_of_the_last_table_before_the_day_of_issue():
    assert found(in_euro("4.2575"), RATES) == []
    assert found(in_euro("4.2600"), RATES) == ANOTHER
    assert found(in_euro("4.2600"), NO_FACTS) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"supplied": Period(first=date(2026, 9, 1), last=date(2026, 9, 30))},
        {"supplied": date(2026, 9, 30)},
        {"row": {"supplied_on": date(2026, 9, 30)}},
        {"payment": Payment(received=Paid(on=date(2026, 9, 30)))},
    ],
)
def test_an_earlier_tax_point_moves_the_day(changes):
    assert found(in_euro("4.2480", **changes), RATES) == []
    assert found(in_euro("4.2575", **changes), RATES) == ANOTHER


def test_under_the_cash_method_only_payment_moves_the_day():
    cash = {"annotations": Annotations(is_cash_method=True), "supplied": date(2026, 9, 30)}
    paid = Payment(received=Paid(on=date(2026, 9, 30)))

    assert found(in_euro("4.2575", **cash), RATES) == []
    assert found(in_euro("4.2480", payment=paid, **cash), RATES) == []


def test_rates_of_earlier_documents_are_kept():
    negative = {"net": Decimal(-100), "net_price": Decimal(-100)}

    taken_back = make_row(exchange_rate=Decimal(1), quantity=Decimal(-1), net=Decimal(-100))

    assert found(make_correction(rows=(taken_back,)), RATES) == []
    assert "RATE_OF_ANOTHER_DAY" not in dict(found(in_euro("1", row=negative), RATES))
    assert found(in_euro("1", issued_on=date(2026, 9, 29)), RATES) == []  # no table before that day


@pytest.mark.parametrize("value", ["0.00", "0.50"])
def test_the_rate_of_a_small_row_counts_too(value):
    small = {"net": Decimal(value), "net_price": Decimal(value)}

    assert "RATE_OF_ANOTHER_DAY" in dict(found(in_euro("1", row=small), RATES))


def test_a_row_with_the_right_rate_does_not_hide_the_next():
    rows = tuple(make_row(number=place, exchange_rate=Decimal(rate)) for place, rate in ((1, "4.2575"), (2, "1")))

    assert ("RATE_OF_ANOTHER_DAY", "Fa/FaWiersz[2]/KursWaluty") in found(
        make_document(rows=rows, currency="EUR"), RATES
    )


@pytest.mark.parametrize(
    ("supplied", "last_day"),
    [
        (date(2026, 8, 1), date(2026, 9, 15)),
        (date(2026, 8, 31), date(2026, 9, 15)),
        (date(2026, 12, 31), date(2027, 1, 15)),
        (Period(first=date(2026, 7, 1), last=date(2026, 8, 31)), date(2026, 9, 15)),
    ],
)
def test_a_document_is_issued_by_the_15th_of_the_next_month(supplied, last_day):
    assert found(make_document(supplied=supplied, issued_on=last_day)) == []
    assert found(make_document(supplied=supplied, issued_on=last_day.replace(day=16))) == [("ISSUED_LATE", "Fa/P_1")]


def test_the_earliest_row_counts_for_the_15th():
    rows = (make_row(supplied_on=date(2026, 8, 1)), make_row(number=2, supplied_on=date(2026, 10, 1)))
    buckets = (make_bucket(net=Decimal(200), tax=Decimal(46)),)

    assert found(make_document(rows=rows, buckets=buckets)) == [("ISSUED_LATE", "Fa/P_1")]


def test_a_document_is_issued_at_most_60_days_ahead_unless_it_names_a_period():
    last_allowed, too_far = date(2026, 12, 4), date(2026, 12, 5)
    row = make_row(supplied_on=too_far)

    assert found(make_document(supplied=last_allowed)) == []
    assert found(make_document(supplied=too_far)) == [("ISSUED_EARLY", "Fa/P_1")]
    assert found(make_document(rows=(row,))) == [("ISSUED_EARLY", "Fa/P_1")]
    assert found(make_document(supplied=Period(first=ISSUED_ON, last=date(2027, 10, 4)))) == []


def test_a_correction_is_never_late():
    assert found(make_correction(supplied=date(2026, 1, 1))) == []


@pytest.mark.parametrize(("missing", "path"), [("name", "P_7"), ("unit", "P_8A"), ("quantity", "P_8B")])
def test_a_row_names_what_it_sells(missing, path):
    row = make_row(**{missing: None})

    assert found(make_document(rows=(row,))) == [("ROW_INCOMPLETE", f"Fa/FaWiersz[1]/{path}")]
    assert found(make_document(rows=(row,), kind=Kind.SIMPLIFIED)) == []


def test_an_eu_business_is_looked_up():
    eu = make_untaxed(
        VatCategory.EU_SERVICE,
        seller=make_seller(has_vat_prefix=True),
        buyer=make_buyer(id=EuVat(country="DE", number="1"), name="Globex GmbH"),
    )
    person = replace(eu, buyer=replace(eu.buyer, name="Hans Müller"))
    nameless = replace(eu, buyer=replace(eu.buyer, name=None))
    confirmed = Facts(is_vies_confirmed=True)

    assert found(eu) == [("VIES_UNCHECKED", "Podmiot2/DaneIdentyfikacyjne/NrVatUE")]
    assert found(eu, confirmed) == found(nameless, confirmed) == []
    assert found(person, confirmed) == [("BUYER_LOOKS_LIKE_PERSON", "Podmiot2/DaneIdentyfikacyjne/Nazwa")]
    assert found(make_document(buyer=make_buyer(name="Jan Kowalski"))) == []


def test_a_known_service_has_its_gtu():
    named = make_row(name="Doradztwo podatkowe")

    assert found(make_document(rows=(named,))) == [("GTU_MISSING", "Fa/FaWiersz[1]/GTU")]
    assert found(make_document(rows=(replace(named, gtu=Gtu.GTU_12),))) == []


def large(total, form=PaymentForm.TRANSFER, **changes):
    net = Decimal(total)
    row = make_row(net_price=net, net=net, category=VatCategory.ZERO_DOMESTIC, **changes.pop("row", {}))
    bucket = Bucket(kind=BucketKind.ZERO_DOMESTIC, net=net)
    return make_document(rows=(row,), buckets=(bucket,), total=net, payment=Payment(form=form), **changes)


UNLISTED = [("ACCOUNT_UNLISTED", "Fa/Platnosc/RachunekBankowy")]


def test_a_large_transfer_goes_to_a_listed_account():
    assert found(large("15000.00")) == []
    assert found(large("15000.01")) == UNLISTED
    assert found(large("15000.01"), Facts(is_account_listed=True)) == []
    assert found(large("15000.01", form=PaymentForm.CARD)) == []
    assert found(replace(large("15000.01"), payment=None)) == []


def test_a_large_transfer_in_euro_is_reckoned_in_zloty():
    rate = {"exchange_rate": Decimal("4.2500")}

    assert found(large("3600.00", currency="EUR", row=rate)) == UNLISTED
    assert found(large("3500.00", currency="EUR", row=rate)) == []
    assert found(large("36000.00", currency="EUR")) == []  # without a rate nothing is known


def test_a_negative_row_is_a_hidden_correction():
    rows = (make_row(), make_row(number=2, net_price=Decimal(-10), net=Decimal(-10)))
    gross = make_row(net_price=None, net=None, gross_price=Decimal(-10), gross=Decimal(-10))

    assert ("NEGATIVE_LINES", "Fa/FaWiersz[2]") in found(make_document(rows=rows))
    assert ("NEGATIVE_LINES", "Fa/FaWiersz[1]") in found(make_document(rows=(gross,)))
    assert found(make_correction()) == []


def test_a_payment_after_the_day_of_issue_is_noticed():
    assert found(make_document(payment=Payment(received=Paid(on=ISSUED_ON)))) == []
    assert found(make_document(payment=Payment(received=Paid(on=date(2026, 10, 6))))) == [
        ("PAID_AFTER_ISSUE", "Fa/Platnosc/DataZaplaty")
    ]


def test_the_reverse_charge_note_outside_the_eu_is_noticed():
    note = Annotations(is_reverse_charge=True)
    outside = make_untaxed(VatCategory.OUTSIDE_POLAND, buyer=make_buyer(id=NoId()))
    domestic = make_untaxed(VatCategory.DOMESTIC_REVERSE_CHARGE, annotations=note)
    both = replace(domestic, buckets=(*domestic.buckets, *outside.buckets))

    assert found(outside) == []
    assert found(replace(outside, annotations=note)) == [("REVERSE_CHARGE_NOTE", "Fa/Adnotacje/P_18")]
    assert found(domestic) == []
    assert found(both) == []
