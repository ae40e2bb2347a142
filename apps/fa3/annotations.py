"""Declarations a document must make (Adnotacje)."""

from dataclasses import dataclass

from apps.fa3.codes import ExemptionLaw, MarginScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Zwolnienie with P_19 = 1; two bases are described in one text."""

    law: ExemptionLaw
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Adnotacje; the eighth, new means of transport, always says no (P_22N)."""

    is_cash_method: bool = False  # P_16
    is_self_billing: bool = False  # P_17
    is_reverse_charge: bool = False  # P_18
    is_split_payment: bool = False  # P_18A
    exemption: Exemption | None = None  # P_19 with its basis, None is P_19N
    is_simplified_triangle: bool = False  # P_23
    margin: MarginScheme | None = None  # PMarzy, None is P_PMarzyN
