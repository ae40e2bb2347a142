"""A FA(3) document as values: everything a biller can say in it, and nothing about how it is written.

The parts live in the modules imported here; other packages import all of them from this one. Not expressed on purpose:
attachments (Zalacznik: needs a declaration to the tax office first), the authorised entity (PodmiotUpowazniony:
enforcement bodies and tax representatives) and the details of new means of transport (NowySrodekTransportu).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.fa3.annotations import Annotations, Exemption
from apps.fa3.codes import (
    BucketKind,
    Cargo,
    CorrectionType,
    ExemptionLaw,
    Gtu,
    Kind,
    MarginScheme,
    OwnBankAccount,
    PaymentForm,
    Procedure,
    SellerStatus,
    ThirdPartyRole,
    TransportMode,
    VatCategory,
)
from apps.fa3.correction import (
    AdvanceDocument,
    CorrectedDocument,
    Correction,
    OutsideAdvanceDocument,
    PartialAdvance,
)
from apps.fa3.party import (
    Address,
    Buyer,
    BuyerId,
    Contact,
    EuVat,
    ForeignId,
    FormerBuyer,
    FormerSeller,
    InternalId,
    Nip,
    NoId,
    OtherRole,
    Seller,
    ThirdParty,
    ThirdPartyId,
)
from apps.fa3.payment import (
    Adjustment,
    BankAccount,
    Due,
    DueTerms,
    EarlyPaymentDiscount,
    OtherPaymentForm,
    Paid,
    PaidInParts,
    PartPayment,
    Payment,
    Settlement,
    ToPay,
    ToSettle,
)
from apps.fa3.row import Bucket, Order, OrderRow, Row
from apps.fa3.terms import AgreedRate, Carrier, OtherCargo, OtherTransport, Reference, Terms, Transport

__all__ = [
    "Address",
    "Adjustment",
    "AdvanceDocument",
    "AgreedRate",
    "Annotations",
    "BankAccount",
    "Bucket",
    "BucketKind",
    "Buyer",
    "BuyerId",
    "Cargo",
    "Carrier",
    "Contact",
    "CorrectedDocument",
    "Correction",
    "CorrectionType",
    "Description",
    "Document",
    "Due",
    "DueTerms",
    "EarlyPaymentDiscount",
    "EuVat",
    "Exemption",
    "ExemptionLaw",
    "Footer",
    "ForeignId",
    "FormerBuyer",
    "FormerSeller",
    "Gtu",
    "InternalId",
    "Kind",
    "MarginScheme",
    "Nip",
    "NoId",
    "Order",
    "OrderRow",
    "OtherCargo",
    "OtherPaymentForm",
    "OtherRole",
    "OtherTransport",
    "OutsideAdvanceDocument",
    "OwnBankAccount",
    "Paid",
    "PaidInParts",
    "PartPayment",
    "PartialAdvance",
    "Payment",
    "PaymentForm",
    "Period",
    "Procedure",
    "Reference",
    "Registers",
    "Row",
    "Seller",
    "SellerStatus",
    "Settlement",
    "Terms",
    "ThirdParty",
    "ThirdPartyId",
    "ThirdPartyRole",
    "ToPay",
    "ToSettle",
    "Transport",
    "TransportMode",
    "VatCategory",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """OkresFa: the days a service covers, both inclusive."""

    first: date  # P_6_Od
    last: date  # P_6_Do


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """DodatkowyOpis: a free key and value, for the whole document or for one row."""

    key: str  # Klucz
    value: str  # Wartosc
    row: int | None = None  # NrWiersza


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """Rejestry."""

    name: str | None = None  # PelnaNazwa
    krs: str | None = None
    regon: str | None = None
    bdo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """Stopka."""

    texts: tuple[str, ...] = ()  # StopkaFaktury, at most 3
    registers: tuple[Registers, ...] = ()


_NO_ANNOTATIONS = Annotations()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Faktura. In a correction every field is the state after it, except buckets and total, which are differences."""

    created_at: datetime  # DataWytworzeniaFa, aware; written to the second in UTC
    system: str | None = None  # SystemInfo
    seller: Seller
    buyer: Buyer
    third_parties: tuple[ThirdParty, ...] = ()
    currency: str  # KodWaluty
    issued_on: date  # P_1
    place: str | None = None  # P_1M
    number: str  # P_2, the seller's number
    warehouse_numbers: tuple[str, ...] = ()  # WZ
    supplied: date | Period | None = None  # P_6 or OkresFa
    buckets: tuple[Bucket, ...] = ()  # P_13, P_14; written in the order of BucketKind
    total: Decimal  # P_15
    exchange_rate: Decimal | None = None  # KursWalutyZ, only ZAL and KOR_ZAL
    annotations: Annotations = _NO_ANNOTATIONS
    kind: Kind = Kind.INVOICE
    correction: Correction | None = None
    partial_advances: tuple[PartialAdvance, ...] = ()  # ZaliczkaCzesciowa
    is_for_fiscal_receipt: bool = False  # FP, art. 109(3d)
    is_between_related_parties: bool = False  # TP
    descriptions: tuple[Description, ...] = ()  # DodatkowyOpis
    advances: tuple[AdvanceDocument | OutsideAdvanceDocument, ...] = ()  # FakturaZaliczkowa
    is_excise_refund: bool = False  # ZwrotAkcyzy
    rows: tuple[Row, ...] = ()
    settlement: Settlement | None = None
    payment: Payment | None = None
    terms: Terms | None = None
    order: Order | None = None
    footer: Footer | None = None
