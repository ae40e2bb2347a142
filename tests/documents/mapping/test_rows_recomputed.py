"""Quantity, price and value of every row, worked out again from Stripe's fields by the letter of fa3-mapping 2.8."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from hypothesis import given

from apps.documents.mapping.outcome import File
from apps.fa3 import document as fa3
from apps.fa3.parse import parse_xml
from tests.documents.mapping.build import case, run
from tests.documents.mapping.strategies import every_day, invoices

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
EXPONENTS = {"jpy": 0, "kwd": 3}


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), context=EXACT)


def quantity_of(line: dict[str, Any]) -> Decimal:
    """`quantity_decimal`, else `quantity`, to six places; nothing and zero are one."""
    exact = line["quantity_decimal"]
    quantity = Decimal(exact if exact is not None else line["quantity"] or 0)
    return rounded(quantity, 6) or Decimal(1)


def prices_of(line: dict[str, Any], row: fa3.Row, exponent: int) -> list[Decimal]:
    """Stripe's price, where it can be the price of this row, and the value divided by the quantity."""
    value = row.gross if row.gross is not None else row.net
    assert value is not None
    unit = line["pricing"]["unit_amount_decimal"]
    is_inclusive = any(entry["tax_behavior"] == "inclusive" for entry in line["taxes"])
    bears_tax = row.category is None or row.category.percentage is not None
    is_usable = (
        unit is not None and not line["discount_amounts"] and not (is_inclusive and bears_tax and row.gross is None)
    )
    own = [rounded(Decimal(unit).scaleb(-exponent), 8)] if is_usable else []
    return [*own, rounded(EXACT.divide(value, quantity_of(line)), 8)]


def expected(line: dict[str, Any], row: fa3.Row, exponent: int) -> tuple[Decimal, Decimal]:
    """The first price that multiplies back to the value; one piece at the whole value when none does."""
    value = row.gross if row.gross is not None else row.net
    assert value is not None
    quantity = quantity_of(line)
    fitting = (price for price in prices_of(line, row, exponent) if rounded(price * quantity, 2) == value)
    price = next(fitting, None)
    return (Decimal(1), value) if price is None else (quantity, price)


@given(invoices(max_lines=4))
def test_every_row_has_the_quantity_price_and_value_the_rules_give(
    generated: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    stripe, settings = generated
    result = run(case(stripe, fx=every_day(stripe["currency"]), **settings))
    if not isinstance(result, File):
        return
    exponent = EXPONENTS.get(stripe["currency"], 2)
    lines = {line["id"]: line for line in stripe["lines"]["data"]}
    for row in parse_xml(result.xml).rows:
        line = lines.get(row.uid or "")
        if line is None:
            assert (row.uid, row.quantity) == ("in_1-shipping", Decimal(1))
            continue
        charged = line["amount"] - sum(item["amount"] for item in line["discount_amounts"])
        assert rounded(Decimal(charged).scaleb(-exponent), 2) == worth(row, line, exponent)
        if row.discount is None:
            price = row.gross_price if row.gross_price is not None else row.net_price
            assert (row.quantity, price) == expected(line, row, exponent)


def worth(row: fa3.Row, line: dict[str, Any], exponent: int) -> Decimal:
    """What the row says was charged: its value, and the tax beside it where that was inside the price."""
    if row.gross is not None:
        return row.gross
    inside = sum(entry["amount"] for entry in line["taxes"] if entry["tax_behavior"] == "inclusive")
    assert row.net is not None
    return row.net + rounded(Decimal(inside).scaleb(-exponent), 2)
