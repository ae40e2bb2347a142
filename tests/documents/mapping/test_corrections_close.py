"""Whatever was credited in between, the last correction closes rows, totals and the tax in PLN to zero."""

import json
from collections import defaultdict
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.documents.mapping.case import preview
from apps.documents.mapping.filed import prior_of
from apps.fa3 import document as fa3
from apps.fa3.parse import parse_xml
from tests.documents.mapping.build import NOON, case, credit_line, credit_note, filing, invoice, line, tax

RATE = "4.2575"
FX = {"source": "NBP_A", "rates": {"EUR": {"2026-10-02": RATE}}}


def tax_on(amount: int, rate: str) -> int:
    percentage = Decimal(rate[6:-1])
    divisor = 100 + percentage if rate.endswith("i") else Decimal(100)
    return int((amount * percentage / divisor).quantize(Decimal(1), ROUND_HALF_UP))


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[int, int]], str]:
    """An invoice in euro, what is credited from which line, and the style of corrections."""
    behaviour = draw(st.sampled_from("ei"))
    rates = draw(st.lists(st.sampled_from([f"txr_PL23{behaviour}", f"txr_PL8{behaviour}"]), min_size=1, max_size=3))
    rows = []
    for rate in rates:
        amount = draw(st.integers(100, 50_000))
        rows.append(line(amount, [tax(tax_on(amount, rate), rate)], quantity=draw(st.integers(1, 5)), unit=None))
    steps = st.tuples(st.integers(0, len(rows) - 1), st.integers(1, 40))
    style = draw(st.sampled_from(["difference", "before_after"]))
    return invoice(*rows, currency="eur"), draw(st.lists(steps, max_size=3)), style


def filed(stripe: dict[str, Any], style: str, related: dict[str, Any] | None = None) -> fa3.Document:
    result = preview(json.dumps(case(stripe, related=related, fx=FX, correction_style=style)))
    assert result["verdict"] == "file", result["reasons"]
    return parse_xml(result["xml"].encode())


def as_prior(document: fa3.Document) -> dict[str, Any]:
    """A filed correction as side data of the next one."""
    totals = {"p_2": document.number, "P_15": str(document.total)}
    for bucket in document.buckets:
        totals |= {f"P_13_{bucket.kind}": str(bucket.net), f"P_14_{bucket.kind}": str(bucket.tax)}
        totals[f"P_14_{bucket.kind}W"] = str(bucket.tax_pln)
    rows = {uid: {"net": str(net), "tax": str(vat)} for uid, (net, vat) in prior_of(document).rows.items()}
    return {**totals, "rows": rows}


def what_is_left(documents: list[fa3.Document]) -> dict[str, Decimal]:
    """Everything all documents together say, by total, by category and by row."""
    left: dict[str, Decimal] = defaultdict(Decimal)
    for document in documents:
        left["P_15"] += document.total
        for bucket in document.buckets:
            left[f"P_13_{bucket.kind}"] += bucket.net
            left[f"P_14_{bucket.kind}"] += bucket.tax or 0
            left[f"P_14_{bucket.kind}W"] += bucket.tax_pln or 0
        for row in document.rows:
            value = row.gross if row.gross is not None else row.net or Decimal(0)
            left[row.uid or ""] += -value if row.is_before else value
    return {name: value for name, value in left.items() if value}


@given(histories())
def test_a_void_after_any_credit_notes_closes_everything(
    history: tuple[dict[str, Any], list[tuple[int, int]], str],
) -> None:
    bought, steps, style = history
    documents = [filed(bought, style)]
    in_pln = {f"P_14_{bucket.kind}W": str(bucket.tax_pln) for bucket in documents[0].buckets}
    related: dict[str, Any] = {"original_filing": filing(p_1="2026-10-05", fx=RATE, **in_pln), "prior_corrections": []}
    rows = bought["lines"]["data"]
    for number, (place, percent) in enumerate(steps):
        amount, rate = rows[place]["amount"] * percent // 200, rows[place]["taxes"][0]["tax_rate_details"]["tax_rate"]
        if not amount:
            continue
        part = credit_line(amount, [tax(tax_on(amount, rate), rate)], of=rows[place]["id"])
        note = credit_note(part, currency="eur", number=f"CN-{number}")
        documents.append(filed(note, style, {**related, "original_invoice": bought}))
        related["prior_corrections"].append(as_prior(documents[-1]))

    voided = deepcopy(bought) | {"status": "void"}
    voided["status_transitions"]["voided_at"] = NOON
    documents.append(filed(voided, style, related))

    assert what_is_left(documents) == {}
