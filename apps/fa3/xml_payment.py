"""The elements of settlements and payments."""

from apps.fa3.codes import OwnBankAccount, PaymentForm
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
from apps.fa3.xml_table import Entry, Part, Variant, child, children, constant, leaf, union
from apps.fa3.xml_values import DAY, MONEY, NATURAL, RAW_TEXT, TEXT, Codec, code, collapse

_ADJUSTMENT = Part(
    Adjustment,
    leaf("Kwota", "amount", MONEY),
    leaf("Powod", "reason", TEXT),
)

SETTLEMENT = Part(
    Settlement,
    children("Obciazenia", "charges", _ADJUSTMENT),
    leaf("SumaObciazen", "total_charges", MONEY),
    children("Odliczenia", "deductions", _ADJUSTMENT),
    leaf("SumaOdliczen", "total_deductions", MONEY),
    union(
        "result",
        Variant(ToPay, ("DoZaplaty",), Part(ToPay, leaf("DoZaplaty", "amount", MONEY))),
        Variant(ToSettle, ("DoRozliczenia",), Part(ToSettle, leaf("DoRozliczenia", "amount", MONEY))),
    ),
)


def _form(attribute: str) -> Entry:
    return union(
        attribute,
        Variant(PaymentForm, ("FormaPlatnosci",), leaf("FormaPlatnosci", attribute, code(PaymentForm))),
        Variant(
            OtherPaymentForm,
            ("PlatnoscInna",),
            Part(OtherPaymentForm, constant("PlatnoscInna", "1"), leaf("OpisPlatnosci", "description", TEXT)),
        ),
    )


_PART_PAYMENT = Part(
    PartPayment,
    leaf("KwotaZaplatyCzesciowej", "amount", MONEY),
    leaf("DataZaplatyCzesciowej", "on", DAY),
    _form("form"),
)

# 1 says that something is left to pay, 2 that the parts cover everything.
_COMPLETENESS = Codec(lambda is_complete: "2" if is_complete else "1", lambda text: collapse(text) == "2")

_RECEIVED = union(
    "received",
    Variant(Paid, ("Zaplacono",), Part(Paid, constant("Zaplacono", "1"), leaf("DataZaplaty", "on", DAY))),
    Variant(
        PaidInParts,
        ("ZnacznikZaplatyCzesciowej",),
        Part(
            PaidInParts,
            leaf("ZnacznikZaplatyCzesciowej", "is_complete", _COMPLETENESS),
            children("ZaplataCzesciowa", "parts", _PART_PAYMENT),
        ),
    ),
)

_DUE_TERMS = Part(
    DueTerms,
    leaf("Ilosc", "count", NATURAL),
    leaf("Jednostka", "unit", TEXT),
    leaf("ZdarzeniePoczatkowe", "event", TEXT),
)

_DUE = Part(
    Due,
    leaf("Termin", "on", DAY),
    child("TerminOpis", "terms", _DUE_TERMS),
)

_ACCOUNT = Part(
    BankAccount,
    leaf("NrRB", "number", RAW_TEXT),
    leaf("SWIFT", "swift", TEXT),
    leaf("RachunekWlasnyBanku", "own_account", code(OwnBankAccount)),
    leaf("NazwaBanku", "bank_name", TEXT),
    leaf("OpisRachunku", "description", TEXT),
)

_DISCOUNT = Part(
    EarlyPaymentDiscount,
    leaf("WarunkiSkonta", "conditions", TEXT),
    leaf("WysokoscSkonta", "amount", TEXT),
)

PAYMENT = Part(
    Payment,
    _RECEIVED,
    children("TerminPlatnosci", "due", _DUE),
    _form("form"),
    children("RachunekBankowy", "accounts", _ACCOUNT),
    children("RachunekBankowyFaktora", "factor_accounts", _ACCOUNT),
    child("Skonto", "early_payment_discount", _DISCOUNT),
    leaf("LinkDoPlatnosci", "link", TEXT),
    leaf("IPKSeF", "ksef_payment_id", TEXT),
)
