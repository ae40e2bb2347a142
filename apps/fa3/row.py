"""Rows (FaWiersz), orders (Zamowienie) and the totals they add up to (P_13, P_14)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.fa3.codes import BucketKind, Gtu, Procedure, VatCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One total of a document: P_13_x, P_14_x and P_14_xW."""

    kind: BucketKind
    net: Decimal
    tax: Decimal | None = None  # needed for Polish rates, allowed for OSS, none elsewhere
    tax_pln: Decimal | None = None  # P_14_xW, only for Polish rates in a foreign currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """FaWiersz; net and gross columns are alternatives for one row."""

    number: int  # NrWierszaFa; a correction repeats the number of the original row
    uid: str | None = None  # UU_ID
    supplied_on: date | None = None  # P_6A
    name: str | None = None  # P_7
    index: str | None = None  # Indeks
    gtin: str | None = None  # GTIN
    pkwiu: str | None = None  # PKWiU
    cn: str | None = None  # CN
    pkob: str | None = None  # PKOB
    unit: str | None = None  # P_8A
    quantity: Decimal | None = None  # P_8B, at most 6 places
    net_price: Decimal | None = None  # P_9A, at most 8 places
    gross_price: Decimal | None = None  # P_9B, at most 8 places, art. 106e(7)-(8)
    discount: Decimal | None = None  # P_10, per unit
    net: Decimal | None = None  # P_11
    gross: Decimal | None = None  # P_11A
    tax: Decimal | None = None  # P_11Vat
    category: VatCategory | None = None  # P_12
    oss_rate: Decimal | None = None  # P_12_XII, instead of a category
    is_annex_15: bool = False  # P_12_Zal_15
    excise: Decimal | None = None  # KwotaAkcyzy
    gtu: Gtu | None = None  # GTU
    procedure: Procedure | None = None  # Procedura
    exchange_rate: Decimal | None = None  # KursWaluty, at most 6 places
    is_before: bool = False  # StanPrzed: the state before a correction

    @property
    def bucket(self) -> BucketKind | None:
        """The total this row belongs to; None for rows without a rate (margin schemes, simplified documents)."""
        if self.oss_rate is not None:
            return BucketKind.OSS
        return self.category.bucket if self.category is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """ZamowienieWiersz; the fields mean what they mean in Row."""

    number: int  # NrWierszaZam
    uid: str | None = None  # UU_IDZ
    name: str | None = None  # P_7Z
    index: str | None = None  # IndeksZ
    gtin: str | None = None  # GTINZ
    pkwiu: str | None = None  # PKWiUZ
    cn: str | None = None  # CNZ
    pkob: str | None = None  # PKOBZ
    unit: str | None = None  # P_8AZ
    quantity: Decimal | None = None  # P_8BZ
    net_price: Decimal | None = None  # P_9AZ
    net: Decimal | None = None  # P_11NettoZ
    tax: Decimal | None = None  # P_11VatZ
    category: VatCategory | None = None  # P_12Z
    oss_rate: Decimal | None = None  # P_12Z_XII
    is_annex_15: bool = False  # P_12Z_Zal_15
    gtu: Gtu | None = None  # GTUZ
    procedure: Procedure | None = None  # ProceduraZ
    excise: Decimal | None = None  # KwotaAkcyzyZ
    is_before: bool = False  # StanPrzedZ


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Zamowienie: what an advance (ZAL) was paid for."""

    value: Decimal  # WartoscZamowienia, with tax
    rows: tuple[OrderRow, ...]
