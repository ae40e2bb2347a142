"""Why a document is held or skipped, and what is worth a warning: the codes, their order, and reasons as values."""

import dataclasses
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal

Language = Literal["pl", "en"]


class Verdict(StrEnum):
    FILE = "file"
    HOLD = "hold"
    SKIP = "skip"


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; {names} are filled from the parameters of a reason."""

    pl: str
    en: str

    def fill(self, params: Mapping[str, object], language: Language) -> str:
        template = self.pl if language == "pl" else self.en
        if "{" not in template:
            return template
        values = {key: value.fill({}, language) if isinstance(value, Text) else value for key, value in params.items()}
        return template.format_map(_Values(values))


class _Values(dict[str, object]):
    """Parameters of a sentence; one that a reason does not know reads as a dash."""

    def __missing__(self, key: str) -> object:
        return "–"


class Code(StrEnum):
    """Hold and skip codes in their order of evaluation (fa3-mapping 5)."""

    MODE_MISMATCH = "MODE_MISMATCH"
    ISSUER_NOT_TENANT = "ISSUER_NOT_TENANT"
    NOT_FINALIZED = "NOT_FINALIZED"
    VOID = "VOID"
    CREDIT_NOTE_VOID = "CREDIT_NOTE_VOID"
    BEFORE_KSEF_START = "BEFORE_KSEF_START"
    EXCLUDED = "EXCLUDED"
    VOID_AFTER_FILING = "VOID_AFTER_FILING"
    CREDIT_NOTE_VOIDED_AFTER_FILING = "CREDIT_NOTE_VOIDED_AFTER_FILING"
    SELLER_NIP_INVALID = "SELLER_NIP_INVALID"
    WAITING_ORIGINAL = "WAITING_ORIGINAL"
    ORIGINAL_UNKNOWN = "ORIGINAL_UNKNOWN"
    ORIGINAL_NOT_IN_SCOPE = "ORIGINAL_NOT_IN_SCOPE"
    LINES_INCOMPLETE = "LINES_INCOMPLETE"
    BUYER_NIP_INVALID = "BUYER_NIP_INVALID"
    BUYER_ID_CONFLICT = "BUYER_ID_CONFLICT"
    BUYER_VAT_FORMAT = "BUYER_VAT_FORMAT"
    BUYER_NAME_MISSING = "BUYER_NAME_MISSING"
    BUYER_ADDRESS_MISSING = "BUYER_ADDRESS_MISSING"
    BUYER_COUNTRY_MISSING = "BUYER_COUNTRY_MISSING"
    BUYER_LOOKS_LIKE_COMPANY = "BUYER_LOOKS_LIKE_COMPANY"
    B2C_DECISION = "B2C_DECISION"
    B2C = "B2C"
    BILLING_CREDITS = "BILLING_CREDITS"
    TOTAL_MISMATCH = "TOTAL_MISMATCH"
    NEGATIVE_TOTAL = "NEGATIVE_TOTAL"
    ZERO_TOTAL = "ZERO_TOTAL"
    # The categories: one stage, in the order of the rows.
    MULTIPLE_TAXES = "MULTIPLE_TAXES"
    EXEMPT_SELLER_CHARGED_VAT = "EXEMPT_SELLER_CHARGED_VAT"
    UNKNOWN_RATE = "UNKNOWN_RATE"
    FOREIGN_VAT = "FOREIGN_VAT"
    FOREIGN_TAX = "FOREIGN_TAX"
    EXEMPTION_BASIS_MISSING = "EXEMPTION_BASIS_MISSING"
    TAX_UNSUPPORTED = "TAX_UNSUPPORTED"
    ZERO_RATE_AMBIGUOUS = "ZERO_RATE_AMBIGUOUS"
    DOMESTIC_REVERSE_CHARGE = "DOMESTIC_REVERSE_CHARGE"
    EU_B2B_NO_VAT_ID = "EU_B2B_NO_VAT_ID"
    EU_CONSUMER_NO_TAX = "EU_CONSUMER_NO_TAX"
    NO_TAX_DOMESTIC = "NO_TAX_DOMESTIC"
    VIES_UNVERIFIED = "VIES_UNVERIFIED"
    NEGATIVE_BUCKET = "NEGATIVE_BUCKET"
    NEGATIVE_LINE = "NEGATIVE_LINE"
    AMOUNT_PRECISION = "AMOUNT_PRECISION"
    CURRENCY_UNSUPPORTED = "CURRENCY_UNSUPPORTED"
    TAX_ONLY_CREDIT = "TAX_ONLY_CREDIT"
    CREDIT_NOTE_UNALLOCATED = "CREDIT_NOTE_UNALLOCATED"
    OVER_CORRECTION = "OVER_CORRECTION"
    DUPLICATE_NUMBER = "DUPLICATE_NUMBER"
    NUMBER_INVALID = "NUMBER_INVALID"
    P1_IN_FUTURE = "P1_IN_FUTURE"
    P1_TOO_OLD = "P1_TOO_OLD"
    PREPAID_DOCUMENT = "PREPAID_DOCUMENT"
    TAX_MISMATCH = "TAX_MISMATCH"
    FX_RATE_MISSING = "FX_RATE_MISSING"
    DOCUMENT_TOO_LARGE = "DOCUMENT_TOO_LARGE"
    SCHEMA_INVALID = "SCHEMA_INVALID"
    # Warnings: the document is filed and flagged.
    TEXT_TRUNCATED = "TEXT_TRUNCATED"
    NEGATIVE_LINES = "NEGATIVE_LINES"
    TAX_ROUNDING = "TAX_ROUNDING"
    P1_REDATED = "P1_REDATED"
    SHIPPING_RATE_DIFFERS = "SHIPPING_RATE_DIFFERS"
    REFUND_WITHOUT_CREDIT_NOTE = "REFUND_WITHOUT_CREDIT_NOTE"
    BALANCE_TOPUP = "BALANCE_TOPUP"
    VIES_UNCHECKED = "VIES_UNCHECKED"


SKIPS = frozenset(
    {
        Code.NOT_FINALIZED,
        Code.VOID,
        Code.CREDIT_NOTE_VOID,
        Code.ZERO_TOTAL,
        Code.B2C,
        Code.BEFORE_KSEF_START,
        Code.ORIGINAL_NOT_IN_SCOPE,
        Code.EXCLUDED,
    }
)
WARNINGS = frozenset(
    {
        Code.TEXT_TRUNCATED,
        Code.NEGATIVE_LINES,
        Code.TAX_ROUNDING,
        Code.P1_REDATED,
        Code.SHIPPING_RATE_DIFFERS,
        Code.REFUND_WITHOUT_CREDIT_NOTE,
        Code.BALANCE_TOPUP,
        Code.VIES_UNCHECKED,
    }
)
HOLDS = frozenset(Code) - SKIPS - WARNINGS

# Time or the next reading solves these; nobody has to act.
SELF_RELEASING = frozenset({Code.FX_RATE_MISSING, Code.WAITING_ORIGINAL, Code.P1_IN_FUTURE, Code.LINES_INCOMPLETE})

# Codes found side by side in one step of the evaluation, so that rows and tax ids keep their own order.
_SAME_STAGE = (
    (Code.MODE_MISMATCH, Code.ISSUER_NOT_TENANT),
    (Code.BUYER_NIP_INVALID, Code.BUYER_ID_CONFLICT, Code.BUYER_VAT_FORMAT),
    (
        Code.MULTIPLE_TAXES,
        Code.EXEMPT_SELLER_CHARGED_VAT,
        Code.UNKNOWN_RATE,
        Code.FOREIGN_VAT,
        Code.FOREIGN_TAX,
        Code.EXEMPTION_BASIS_MISSING,
        Code.TAX_UNSUPPORTED,
        Code.ZERO_RATE_AMBIGUOUS,
        Code.DOMESTIC_REVERSE_CHARGE,
        Code.EU_B2B_NO_VAT_ID,
        Code.EU_CONSUMER_NO_TAX,
        Code.NO_TAX_DOMESTIC,
    ),
)
_STAGE = {code: place for place, code in enumerate(Code)}
for _together in _SAME_STAGE:
    _STAGE.update(dict.fromkeys(_together, _STAGE[_together[0]]))


class Fault:
    """What can be wrong with a field that cannot be read; the parameter `fault` of a reason."""

    MISSING = Text("brakuje tego pola", "this field is missing")
    NOT_TEXT = Text("to nie jest tekst", "this is not text")
    NOT_INTEGER = Text("to nie jest liczba całkowita", "this is not a whole number")
    NOT_NUMBER = Text("to nie jest liczba", "this is not a number")
    NOT_OBJECT = Text("to nie jest obiekt", "this is not an object")
    NOT_LIST = Text("to nie jest lista", "this is not a list")
    NOT_YES_NO = Text("to nie jest wartość prawda lub fałsz", "this is neither true nor false")
    OUT_OF_RANGE = Text("wartość jest poza zakresem", "the value is out of range")
    UNKNOWN_VALUE = Text("nieznana wartość", "the value is not known")
    IS_DRAFT = Text("to jeszcze szkic", "it is still a draft")
    MORE_LINES = Text("Stripe ma dalsze pozycje", "Stripe has more lines")
    SUM_DIFFERS = Text("suma pozycji jest inna", "the rows add up to something else")
    TAX_NOT_ON_ROWS = Text(
        "pozycje po odjęciu ich podatku nie dają kwoty netto dokumentu",
        "the rows less the tax they state do not make up the net total",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One reason not to file, or one warning: the code, the field it is about, and the values it names."""

    code: Code
    field: str = ""
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """What this reason alone leads to; FILE for a warning."""
        if self.code in SKIPS:
            return Verdict.SKIP
        return Verdict.FILE if self.code in WARNINGS else Verdict.HOLD

    @property
    def is_self_releasing(self) -> bool:
        return self.code in SELF_RELEASING


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons in the order of evaluation, each (code, field) once."""
    once: dict[tuple[Code, str], Reason] = {}
    for reason in reasons:
        once.setdefault((reason.code, reason.field), reason)
    return tuple(sorted(once.values(), key=lambda reason: _STAGE[reason.code]))
