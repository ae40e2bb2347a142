"""Quantity and unit price of a row: a pair whose product, rounded to the grosz, is the value (fa3-mapping 2.8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from apps.documents.mapping.currency import Currency
from apps.fa3.rounding import divide, round_to, round_to_grosz

_QUANTITY_PLACES = 6
_PRICE_PLACES = 8
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Priced:
    """P_8B with P_9A or P_9B, and P_10 where the discount is shown."""

    quantity: Decimal
    price: Decimal
    discount: Decimal | None = None
    lost_quantity: Decimal | None = None  # Stripe's quantity where no price multiplies back with it


def written_quantity(quantity: Decimal | None) -> Decimal:
    """P_8B: six places; nothing and zero are one."""
    rounded = round_to(quantity, _QUANTITY_PLACES) if quantity else None
    return rounded if rounded else _ONE


def price_row(quantity: Decimal | None, unit_price: Decimal | None, value: int, currency: Currency) -> Priced:
    """The first of Stripe's own price and the value divided by the quantity that multiplies back to the value."""
    if quantity and unit_price is not None and quantity % 1 == 0 == unit_price % 1 and quantity * unit_price == value:
        units = int(unit_price)
        if currency.fits(units):  # whole numbers: nothing is rounded
            return Priced(quantity, currency.major(units))
    count, worth = written_quantity(quantity), currency.major(value)
    for price in _candidates(count, unit_price, worth, currency):
        if round_to_grosz(price * count) == worth:
            return Priced(count, price)
    return Priced(_ONE, worth, lost_quantity=quantity)


def price_discounted_row(
    quantity: Decimal | None, unit_price: Decimal | None, value: int, discount: int, currency: Currency
) -> Priced | None:
    """The full price with the discount per unit beside it (P_10, as official example 4); None when it does not fit."""
    count, worth = written_quantity(quantity), currency.major(value)
    per_unit = divide(currency.major(discount), count, places=_PRICE_PLACES)
    for price in _candidates(count, unit_price, currency.major(value + discount), currency):
        if per_unit > 0 and round_to_grosz(count * (price - per_unit)) == worth:
            return Priced(count, price, discount=per_unit)
    return None


def _candidates(count: Decimal, unit_price: Decimal | None, worth: Decimal, currency: Currency) -> Iterator[Decimal]:
    if unit_price is not None:
        yield major_price(unit_price, currency)
    yield divide(worth, count, places=_PRICE_PLACES) if count != 1 else worth


def major_price(unit_price: Decimal, currency: Currency) -> Decimal:
    """A unit price in minor units, up to twelve places, as FA(3) writes it."""
    return round_to(unit_price.scaleb(-currency.exponent), _PRICE_PLACES)
