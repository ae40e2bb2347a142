from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.stripe_simulator.arithmetic.invoice_totals import PricedLine, Reduction, figures_of
from apps.stripe_simulator.arithmetic.rounding import allocate, exponent, to_minor
from apps.stripe_simulator.arithmetic.taxes import Rate, exclusive_tax, inclusive_tax, taxes_on

AMOUNTS = st.integers(-5_000_000, 50_000_000)
PERCENTAGES = st.sampled_from([Decimal(text) for text in ("23", "22", "8", "7", "5", "0", "25.5", "8.875")])


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    percentage, inclusive = draw(PERCENTAGES), draw(st.booleans())
    return Rate(f"txr_{percentage}_{inclusive}", percentage, inclusive, "not_available")


@st.composite
def lines(draw: st.DrawFn) -> PricedLine:
    amount = draw(AMOUNTS)
    return PricedLine(
        amount=amount,
        rates=(draw(rates()),) if draw(st.booleans()) else (),
        reductions=tuple(draw(st.lists(reductions(), max_size=2, unique_by=lambda found: found.id))),
        discountable=amount >= 0,
    )


@st.composite
def reductions(draw: st.DrawFn) -> Reduction:
    id = draw(st.sampled_from(["di_1", "di_2", "di_3"]))
    if draw(st.booleans()):
        return Reduction(id=id, percent=Decimal(draw(st.integers(1, 10_000))) / 100)
    return Reduction(id=id, amount=draw(st.integers(1, 10_000_000)))


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, object]:
    return {
        "lines": draw(st.lists(lines(), min_size=1, max_size=12)),
        "reductions": [
            Reduction(id=f"whole_{index}", percent=found.percent, amount=found.amount)
            for index, found in enumerate(draw(st.lists(reductions(), max_size=2)))
        ],
        "shipping": draw(st.integers(0, 100_000)),
        "shipping_rates": draw(st.lists(rates(), max_size=1)),
        "rounding": draw(st.sampled_from(["line", "invoice"])),
    }


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), min_size=1, max_size=30))
def test_parts_add_up_and_stay_within_their_weights(total: int, weights: list[int]) -> None:
    total = min(total, sum(weights))

    parts = allocate(total, weights)

    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(invoices())
def test_the_total_is_what_its_parts_say(invoice: dict[str, object]) -> None:
    figures = figures_of(**invoice)  # type: ignore[arg-type]  # built by the strategy above

    value = sum(line.value for line in figures.lines) + figures.shipping
    assert figures.total == value + exclusive_tax(figures.taxes)
    assert figures.total_excluding_tax == figures.total - sum(tax.amount for tax in figures.taxes)


@given(invoices())
def test_the_subtotal_less_the_invoices_discounts_leads_to_the_total(invoice: dict[str, object]) -> None:
    figures = figures_of(**invoice)  # type: ignore[arg-type]  # as above

    whole = sum(part for id, part in figures.discounts if id.startswith("whole_"))
    assert figures.subtotal - whole + figures.shipping + exclusive_tax(figures.taxes) == figures.total


@given(invoices())
def test_discounts_per_line_add_up_and_never_turn_a_line_negative(invoice: dict[str, object]) -> None:
    figures = figures_of(**invoice)  # type: ignore[arg-type]  # as above

    for id, amount in figures.discounts:
        assert amount == sum(part for line in figures.lines for line_id, part in line.discounts if line_id == id)
    for line in figures.lines:
        assert line.value >= min(0, line.amount)


@given(invoices())
def test_rounding_once_moves_a_rate_by_less_than_a_unit_per_line(invoice: dict[str, object]) -> None:
    per_line = figures_of(**(invoice | {"rounding": "line"}))  # type: ignore[arg-type]  # as above
    at_once = figures_of(**(invoice | {"rounding": "invoice"}))  # type: ignore[arg-type]  # as above

    once = {tax.rate.id: tax.amount for tax in at_once.taxes}
    for tax in per_line.taxes:
        entries = sum(1 for line in per_line.lines for part in line.taxes if part.rate.id == tax.rate.id) + 1
        assert abs(tax.amount - once[tax.rate.id]) <= entries


@given(AMOUNTS, PERCENTAGES)
def test_tax_on_top_is_the_rounded_share(value: int, percentage: Decimal) -> None:
    (tax,) = taxes_on(value, [Rate("txr", percentage, False, "not_available")])

    exact = Decimal(value) * percentage / 100
    assert tax.amount == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert tax.taxable_amount == value


@given(AMOUNTS, PERCENTAGES)
def test_tax_inside_leaves_a_net_from_which_the_gross_follows(value: int, percentage: Decimal) -> None:
    (tax,) = taxes_on(value, [Rate("txr", percentage, True, "not_available")])

    assert tax.taxable_amount + tax.amount == value
    # The net is off by at most half a unit, so the tax on it is off by less than one.
    assert abs(Decimal(tax.taxable_amount) * percentage / 100 - tax.amount) < 1


@given(AMOUNTS, st.lists(rates(), max_size=3, unique_by=lambda rate: rate.id))
def test_several_rates_on_one_line_share_one_base(value: int, several: list[Rate]) -> None:
    taxes = taxes_on(value, several)

    assert {tax.taxable_amount for tax in taxes} <= {value - inclusive_tax(taxes)}


@given(AMOUNTS, PERCENTAGES)
def test_a_credit_mirrors_its_charge(value: int, percentage: Decimal) -> None:
    rate = Rate("txr", percentage, False, "not_available")

    assert taxes_on(-value, [rate])[0].amount == -taxes_on(value, [rate])[0].amount


def test_the_two_ways_of_rounding_differ_as_in_the_textbook() -> None:
    rate = Rate("txr", Decimal(23), False, "not_available")
    three = [PricedLine(amount=111, rates=(rate,))] * 3

    assert figures_of(three, rounding="line").total == 411
    assert figures_of(three, rounding="invoice").total == 410


def test_halves_are_rounded_away_from_zero() -> None:
    assert [to_minor(Decimal(text)) for text in ("0.5", "1.5", "2.5", "-0.5", "-2.5", "0.49")] == [1, 2, 3, -1, -3, 0]


def test_currencies_know_their_places() -> None:
    assert [exponent(currency) for currency in ("pln", "jpy", "kwd", "huf", "isk")] == [2, 0, 3, 2, 2]
