"""Whatever Stripe computes, the document says the same to the grosz, or there is a reason why it is not filed."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from apps.documents.mapping.case import NotACase, main, preview
from apps.documents.mapping.currency import currency_of
from apps.documents.mapping.outcome import File
from apps.documents.mapping.reasons import HOLDS, SKIPS
from apps.fa3 import document as fa3
from apps.fa3.parse import parse_xml
from apps.fa3.schema import validate_xml
from tests.documents.mapping.build import NOON, case, filing, run
from tests.documents.mapping.strategies import credited, every_day, invoices

ZERO = Decimal(0)
# What the strategies can bring about; anything else would be our mistake.
EXPECTED = {
    "ZERO_TOTAL",
    "NEGATIVE_TOTAL",
    "NEGATIVE_BUCKET",
    "B2C",
    "NO_TAX_DOMESTIC",
    "DOMESTIC_REVERSE_CHARGE",
    "EXEMPTION_BASIS_MISSING",
    "TAX_UNSUPPORTED",
    "ZERO_RATE_AMBIGUOUS",
    "EU_B2B_NO_VAT_ID",
    "EU_CONSUMER_NO_TAX",
    "TAX_MISMATCH",
    "FX_RATE_MISSING",
    "P1_TOO_OLD",
    "P1_IN_FUTURE",
}
# A note without any line, or one whose tax was rounded per row where the invoice's was on the whole, so that all notes
# together would take back more than was charged (which Stripe itself does not allow).
EXPECTED_OF_NOTES = EXPECTED | {"CREDIT_NOTE_UNALLOCATED", "OVER_CORRECTION"}


def sums(document: fa3.Document) -> tuple[Decimal, Decimal]:
    return (
        sum((bucket.net for bucket in document.buckets), ZERO),
        sum((bucket.tax or ZERO for bucket in document.buckets), ZERO),
    )


def stated(document: fa3.Document, kind: fa3.BucketKind) -> Decimal:
    """What the rows of a bucket say, net or gross."""
    rows = [row for row in document.rows if row.bucket is kind]
    return sum((row.net if row.net is not None else row.gross or ZERO for row in rows), ZERO)


@given(invoices())
def test_rows_buckets_and_total_are_those_of_stripe(generated: tuple[dict[str, Any], dict[str, Any]]) -> None:
    stripe, settings = generated

    result = run(case(stripe, fx=every_day(stripe["currency"]), **settings))

    event(result.reasons[0].code.value if result.reasons else "file")
    if not isinstance(result, File):
        assert {reason.code.value for reason in result.reasons} <= EXPECTED, result.reasons
        return
    currency = currency_of(stripe["currency"])
    assert currency is not None
    document = parse_xml(result.xml)
    net, tax = sums(document)
    assert document.total == currency.major(stripe["total"]) == net + tax
    assert net == currency.major(stripe["total_excluding_tax"])
    assert tax == currency.major(sum(entry["amount"] for entry in stripe["total_taxes"]))
    for bucket in document.buckets:
        rows = [row for row in document.rows if row.bucket is bucket.kind]
        if all(row.gross is not None for row in rows):
            assert stated(document, bucket.kind) == bucket.net + (bucket.tax or ZERO)
        # Net values made from gross prices may miss the rounding on the whole document (fa3-mapping 2.10).
        is_exact = settings["inclusive_style"] == "gross" or all(row.tax is not None for row in rows)
        if is_exact and all(row.net is not None for row in rows):
            assert stated(document, bucket.kind) == bucket.net
        if all(row.tax is not None for row in rows) and rows:
            assert sum((row.tax or ZERO for row in rows), ZERO) == bucket.tax
    assert validate_xml(result.xml) == []


@given(credited())
def test_a_correction_says_what_the_credit_note_says(
    generated: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    stripe, note, settings = generated
    related = {"original_invoice": stripe, "original_filing": filing(p_1="2026-10-02", fx="4.2575")}

    result = run(case(note, related=related, fx=every_day(stripe["currency"]), **settings))

    event(result.reasons[0].code.value if result.reasons else "file")
    if not isinstance(result, File):
        assert {reason.code.value for reason in result.reasons} <= EXPECTED_OF_NOTES, result.reasons
        return
    currency = currency_of(stripe["currency"])
    assert currency is not None
    document = parse_xml(result.xml)
    net, tax = sums(document)
    assert document.total == currency.major(-note["total"]) == net + tax
    assert net == currency.major(-note["total_excluding_tax"])
    assert tax == currency.major(-sum(entry["amount"] for entry in note["total_taxes"]))


@given(invoices(max_lines=4))
def test_a_void_takes_back_exactly_what_was_filed(generated: tuple[dict[str, Any], dict[str, Any]]) -> None:
    stripe, settings = generated
    known = {**settings, "fx": every_day(stripe["currency"])}
    issued = run(case(stripe, **known))
    if not isinstance(issued, File):
        return  # what was not filed needs nothing
    before = parse_xml(issued.xml)
    related = {"original_filing": filing(p_1=before.issued_on.isoformat(), fx="4.2575")}
    transitions = {**stripe["status_transitions"], "voided_at": NOON}

    result = run(case({**stripe, "status": "void", "status_transitions": transitions}, related=related, **known))

    event(result.reasons[0].code.value if result.reasons else "file")
    if not isinstance(result, File):
        assert {reason.code.value for reason in result.reasons} <= EXPECTED, result.reasons
        return
    after = parse_xml(result.xml)
    assert after.total == -before.total
    taken_back = {bucket.kind: (-bucket.net, bucket.tax and -bucket.tax) for bucket in after.buckets}
    assert taken_back == {bucket.kind: (bucket.net, bucket.tax) for bucket in before.buckets}
    assert validate_xml(result.xml) == []


MUTANTS = st.sampled_from(
    [
        None,
        True,
        False,
        -1,
        0,
        1,
        10**18,
        -(10**18),
        1.5,
        "",
        "x",
        "\ud800",
        "\x00\u2028",
        "A" * 600,
        [],
        {},
        [None],
        {"id": 5},
    ]
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [prefix] if prefix else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*prefix, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any, *, removes: bool) -> Any:
    changed = json.loads(json.dumps(value))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if removes and isinstance(holder, dict):
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return changed


@given(credited(), st.data())
def test_spoiled_input_never_raises(generated: Any, data: st.DataObject) -> None:
    stripe, note, settings = generated
    related = {"original_invoice": stripe, "original_filing": filing(p_1="2026-10-02", fx="4.2575")}
    is_note = data.draw(st.booleans())
    whole = case(note, related=related, **settings) if is_note else case(stripe, **settings)
    spoiled = []
    for _ in range(data.draw(st.integers(1, 3))):
        part = data.draw(st.sampled_from(["stripe", "stripe", "stripe", "related", "settings"]))
        place = data.draw(st.sampled_from(paths(whole.get(part), (part,))[1:] or [(part,)]))
        spoiled.append(place)
        whole = replaced(whole, place, data.draw(MUTANTS), removes=data.draw(st.booleans()))

    try:
        result = preview(json.dumps(whole))
    except NotACase:
        return

    event(result["verdict"])
    json.dumps(result).encode()
    if result["verdict"] == "file":
        assert validate_xml(result["xml"].encode()) == []
    else:
        codes = {reason["code"] for reason in result["reasons"]}
        assert codes <= {code.value for code in HOLDS | SKIPS}
        # That would be our mistake, and nobody could do anything about it.
        assert "SCHEMA_INVALID" not in codes, (spoiled, result["reasons"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_a_verdict_or_no_case(value: Any) -> None:
    for text in (
        json.dumps(value),
        json.dumps({"stripe": value, "seller": value, "settings": value, "related": value}),
    ):
        output, note, status = main(text.encode())
        assert (status, note.count("\n")) == (2, 1) or json.loads(output)["verdict"]


@given(st.text(), st.text(), st.text())
def test_no_text_of_stripe_reaches_ksef_with_a_refused_character(name: str, description: str, street: str) -> None:
    from tests.documents.mapping.build import invoice, line

    stripe = invoice(
        line(10000, description=description),
        customer_name="A" + name,
        customer_address={"country": "PL", "line1": street, "city": "Warszawa"},
        number="N" + name[:200],
        hosted_invoice_url=description,
    )

    result = run(case(stripe, payment_link=True))

    assert result.verdict.value == "file", result.reasons
