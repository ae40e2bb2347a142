"""Rates, products and prices that the scenarios sell; each is made when it is first needed and keeps its id."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.catalogue import Coupon, Price, Product, ShippingRate, TaxRate

T = TypeVar("T", Product, Price, TaxRate, Coupon, ShippingRate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    name: str
    unit: str  # minor units, decimals allowed
    currency: str = "pln"
    monthly: bool = False
    inclusive: bool = False


GOODS = {
    "start": Good(name="Plan Start", unit="9900", monthly=True),
    "team": Good(name="Plan Team", unit="19900", monthly=True),
    "seat": Good(name="Dodatkowe stanowisko", unit="4999", monthly=True),
    "team_eur": Good(name="Plan Team", unit="4900", currency="eur", monthly=True),
    "setup": Good(name="Konfiguracja konta", unit="50000"),
    "training": Good(name="Szkolenie wdrożeniowe", unit="120000"),
    "hour": Good(name="Konsultacja (godzina)", unit="18000"),
    "ebook": Good(name="E-book „Poradnik wdrożenia”", unit="3900"),
    "meal": Good(name="Catering podczas warsztatu", unit="6500"),
    "course_gross": Good(name="Kurs online „Podstawy”", unit="24900", inclusive=True),
    "ebook_gross": Good(name="E-book „Poradnik”", unit="3999", inclusive=True),
    "parcel_gross": Good(name="Materiały drukowane", unit="1599", inclusive=True),
    "workshop_eur": Good(name="Implementation workshop (hours)", unit="12000", currency="eur"),
    "licence_eur": Good(name="Annual licence, 12 months", unit="89950", currency="eur"),
    "api_eur": Good(name="API calls", unit="1.5", currency="eur"),
    "licence_gbp": Good(name="Team licence", unit="8000", currency="gbp"),
    "licence_usd": Good(name="Analytics licence", unit="14900", currency="usd"),
    "device": Good(name="Czytnik kart", unit="34900"),
}


def price(change: Change, key: str) -> Price:
    good = GOODS[key]
    name = key.title().replace("_", "")
    product = _kept(change, Product(id=f"prod_SGood{name}", created=change.at, name=good.name, updated=change.at))
    return _kept(
        change,
        Price(
            id=f"price_1SGood{name}",
            created=change.at,
            product=product.id,
            currency=good.currency,
            unit_amount_decimal=Decimal(good.unit),
            nickname=good.name,
            interval="month" if good.monthly else None,
            tax_behavior="inclusive" if good.inclusive else "exclusive",
        ),
    )


def rate(change: Change, percentage: int, *, inclusive: bool = False) -> str:
    """A manual Polish VAT rate; the answer is its id."""
    return _kept(
        change,
        TaxRate(
            id=f"txr_1SPoland{percentage}{'Inclusive' if inclusive else 'Exclusive'}",
            created=change.at,
            percentage=Decimal(percentage),
            inclusive=inclusive,
            description=f"VAT {percentage}%{' w cenie' if inclusive else ''} (PL)",
            country="PL",
            jurisdiction="PL",
        ),
    ).id


def coupon(change: Change, name: str, *, percent: int | None = None, amount: int | None = None) -> str:
    made = Coupon(
        id=name,
        created=change.at,
        name=name,
        percent_off=None if percent is None else Decimal(percent),
        amount_off=amount,
        currency="pln" if amount else None,
    )
    return _kept(change, made).id


def shipping_rate(change: Change) -> str:
    return _kept(
        change,
        ShippingRate(
            id="shr_1SCourier",
            created=change.at,
            display_name="Kurier",
            amount=1_999,
            currency="pln",
            tax_behavior="exclusive",
        ),
    ).id


def _kept(change: Change, made: T) -> T:
    return change.find(type(made), made.id) or change.put(made)
