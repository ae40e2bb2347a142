"""What is owed, what was paid and how (Rozliczenie, Platnosc)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.fa3.codes import OwnBankAccount, PaymentForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One Obciazenia or Odliczenia."""

    amount: Decimal  # Kwota
    reason: str  # Powod


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPay:
    """DoZaplaty: the total plus charges minus deductions."""

    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSettle:
    """DoRozliczenia: overpaid, to be settled or given back."""

    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Rozliczenie: balances beside the document; they do not change its total."""

    charges: tuple[Adjustment, ...] = ()  # Obciazenia
    total_charges: Decimal | None = None  # SumaObciazen
    deductions: tuple[Adjustment, ...] = ()  # Odliczenia
    total_deductions: Decimal | None = None  # SumaOdliczen
    result: ToPay | ToSettle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPaymentForm:
    """PlatnoscInna."""

    description: str  # OpisPlatnosci


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Zaplacono: paid at once and in full."""

    on: date  # DataZaplaty


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPayment:
    """ZaplataCzesciowa."""

    amount: Decimal
    on: date
    form: PaymentForm | OtherPaymentForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidInParts:
    """ZnacznikZaplatyCzesciowej: 2 when the parts cover everything, 1 when something is left."""

    parts: tuple[PartPayment, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTerms:
    """TerminOpis: a term counted from an event, as in "14 days from delivery"."""

    count: int  # Ilosc
    unit: str  # Jednostka
    event: str  # ZdarzeniePoczatkowe


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One TerminPlatnosci."""

    on: date | None = None  # Termin
    terms: DueTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """RachunekBankowy."""

    number: str  # NrRB, 10 to 34 characters
    swift: str | None = None
    own_account: OwnBankAccount | None = None  # RachunekWlasnyBanku
    bank_name: str | None = None  # NazwaBanku
    description: str | None = None  # OpisRachunku


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyPaymentDiscount:
    """Skonto."""

    conditions: str  # WarunkiSkonta
    amount: str  # WysokoscSkonta


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Platnosc."""

    received: Paid | PaidInParts | None = None
    due: tuple[Due, ...] = ()  # TerminPlatnosci
    form: PaymentForm | OtherPaymentForm | None = None
    accounts: tuple[BankAccount, ...] = ()  # RachunekBankowy
    factor_accounts: tuple[BankAccount, ...] = ()  # RachunekBankowyFaktora
    early_payment_discount: EarlyPaymentDiscount | None = None
    link: str | None = None  # LinkDoPlatnosci: registered KSeF operators only, never a Stripe address
    ksef_payment_id: str | None = None  # IPKSeF
