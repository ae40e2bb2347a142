"""Stripe's minor units and the amounts FA(3) can write."""

from dataclasses import dataclass
from decimal import Decimal

from apps.fa3.rounding import round_to

# TKodWaluty of FA(3). Of Stripe's currencies SLE and STD are missing.
_CURRENCIES_LIST = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GGP "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR ISK JEP JMD JOD JPY KES KGS KHR KMF KPW "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN "
    "NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VES VND VUV WST XAF "
    "XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA XXX YER ZAR ZMW ZWL"
)
CURRENCIES = frozenset(_CURRENCIES_LIST.split())
HOME_CURRENCY = "PLN"
# FA(3) can write these, but nobody is billed in metals, units of account or "no currency": such a value is a mistake.
_NO_MONEY = frozenset(["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XUA", "XXX"])

# Everything else has two decimals in the API, HUF, TWD and ISK included.
_ZERO_DECIMAL_LIST = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_ZERO_DECIMAL = frozenset(_ZERO_DECIMAL_LIST.split())
_THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
_UNCERTAIN = "UGX"  # Stripe's own pages describe it both ways

# Stripe takes at most 12 digits; TKwotowy2, the type of a price, takes 14 before the point. Beyond, it is a mistake.
LARGEST_MINOR = 10**15
_LARGEST_MAJOR = 10**14


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency FA(3) knows, and how many decimals Stripe's integers have."""

    code: str
    exponent: int

    @property
    def is_foreign(self) -> bool:
        return self.code != HOME_CURRENCY

    @property
    def step(self) -> int:
        """The smallest part, in minor units, that two decimal places can write."""
        return 10 if self.exponent == 3 else 1

    def major(self, minor: int) -> Decimal:
        """A money amount of FA(3), with two places; the caller has checked `fits`."""
        if self.exponent == 2:
            return Decimal(minor).scaleb(-2)
        return Decimal(minor * 100 if self.exponent == 0 else minor // 10).scaleb(-2)

    def minor(self, major: Decimal) -> int:
        """The minor units of an amount that stands on a document."""
        return int(round_to(major.scaleb(self.exponent), 0))

    def fits(self, minor: int) -> bool:
        """True when TKwotowy can write the amount exactly."""
        largest = LARGEST_MINOR if self.exponent else _LARGEST_MAJOR
        return abs(minor) < largest and minor % self.step == 0


def currency_of(code: str, *, confirmed_exponent: int | None = None) -> Currency | None:
    """The currency of a Stripe object, None when FA(3) cannot write it or its minor unit is uncertain."""
    upper = code.upper()
    if upper not in CURRENCIES or upper in _NO_MONEY:
        return None
    if confirmed_exponent is not None:
        return Currency(upper, confirmed_exponent)
    if upper == _UNCERTAIN:
        return None
    if upper in _ZERO_DECIMAL:
        return Currency(upper, 0)
    return Currency(upper, 3 if upper in _THREE_DECIMAL else 2)
