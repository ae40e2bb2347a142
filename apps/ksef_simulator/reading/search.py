"""Finding invoices by the filters that the metadata query and exports share."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from apps.ksef_simulator.clock import later, read_moment, stamp, warsaw_day
from apps.ksef_simulator.reading.roles import has_role
from apps.ksef_simulator.sending.forms import FA3
from apps.ksef_simulator.sending.records import BATCH, Document, Facts
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.call import without_nulls
from apps.ksef_simulator.web.errors import BadRequest

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

CAP = 10_000
MAX_RANGE = timedelta(days=100)
# What is being written this very moment may still appear below "now".
HWM_LAG_SECONDS = 0.1
INVOICE_TYPES = {
    "VAT": "Vat",
    "ZAL": "Zal",
    "KOR": "Kor",
    "ROZ": "Roz",
    "UPR": "Upr",
    "KOR_ZAL": "KorZal",
    "KOR_ROZ": "KorRoz",
}
HWM_REFUSED = (
    "Parametr dateRange.from jest późniejszy niż PermanentStorageHwmDate "
    "przy włączonym restrictToPermanentStorageHwmDate."
)


class BeyondHwm(Exception):
    """The range starts after the moment up to which the data is complete."""


def high_water_mark(system: "System", now: datetime) -> datetime:
    """Up to here nothing will ever be added: packages still in work may get earlier storage dates than now."""
    closed = [
        each.closed_at
        for each in list(system.ledger.sessions.values())
        if each.kind == BATCH and each.closed_at is not None and not each.code
    ]
    return later(min([now, *closed]), -HWM_LAG_SECONDS)


class Search:
    """One query: who asks, in which role, for which dates, with which filters."""

    def __init__(self, system: "System", context: Identifier, filters: dict[str, Any], now: datetime) -> None:
        self._system, self._context, self._filters, self._now = system, context, filters, now
        asked = filters["dateRange"]
        self.date_type: str = asked["dateType"]
        self.start = read_moment(asked["from"])
        self.end = read_moment(asked["to"]) if asked.get("to") else now
        if self.end < self.start:
            raise BadRequest(21405, "Parametr dateRange.to jest wcześniejszy niż dateRange.from.")
        if self.end - self.start > MAX_RANGE:
            raise BadRequest(21405, "Zakres dateRange nie może przekraczać 100 dni.")
        self.hwm: datetime | None = None
        if self.date_type == "PermanentStorage":
            self._restrict(bool(asked.get("restrictToPermanentStorageHwmDate")))

    def _restrict(self, restricted: bool) -> None:
        mark = high_water_mark(self._system, self._now)
        if restricted and self.start > mark:
            raise BeyondHwm
        if restricted:
            self.end = min(self.end, mark)
        self.hwm = min(mark, self.end)

    def find(self, *, descending: bool = False) -> list[Document]:
        """Every match, in the order of the date that was asked for."""
        matches = [each for each in self._system.ledger.accepted() if self._wanted(each)]
        matches.sort(key=lambda each: (self.date_of(each), each.ksef_number or ""), reverse=descending)
        return matches

    def date_of(self, document: Document) -> datetime | str:
        match self.date_type:
            case "Issue":
                return document.facts.issue_date if document.facts else ""
            case "Invoicing":
                return document.received_at
            case _:
                return document.stored_at or document.received_at

    def _wanted(self, document: Document) -> bool:
        facts = document.facts
        if facts is None or not has_role(facts, self._filters["subjectType"], self._context):
            return False
        if document.code_at(self._now) != 200 or document.stored_at is None or document.stored_at > self._now:
            return False
        return self._in_range(document) and all(check(document, facts) for check in self._checks())

    def _in_range(self, document: Document) -> bool:
        moment = self.date_of(document)
        if isinstance(moment, str):
            return warsaw_day(self.start) <= date.fromisoformat(moment) <= warsaw_day(self.end)
        return self.start <= moment <= self.end

    def _checks(self) -> list[Callable[[Document, Facts], bool]]:
        asked = self._filters
        simple: dict[str, Callable[[Document, Facts], Any]] = {
            "ksefNumber": lambda document, _: document.ksef_number,
            "invoiceNumber": lambda _, facts: facts.number,
            "sellerNip": lambda _, facts: facts.seller_nip,
            "invoicingMode": lambda document, _: document.mode,
            "isSelfInvoicing": lambda _, facts: facts.self_invoicing,
            "hasAttachment": lambda _, facts: facts.attachment,
            "formType": lambda *_: FA3.value,
        }
        checks: list[Callable[[Document, Facts], bool]] = [
            lambda document, facts, read=read, wanted=asked[name]: read(document, facts) == wanted  # type: ignore[misc]  # defaults bind the loop's values
            for name, read in simple.items()
            if asked.get(name) is not None
        ]
        if asked.get("currencyCodes"):
            checks.append(lambda _, facts: facts.currency in asked["currencyCodes"])
        if asked.get("invoiceTypes"):
            checks.append(lambda _, facts: INVOICE_TYPES[facts.kind] in asked["invoiceTypes"])
        if asked.get("buyerIdentifier"):
            checks.append(lambda _, facts: _is_buyer(facts, asked["buyerIdentifier"]))
        if asked.get("amount"):
            checks.append(lambda _, facts: _is_amount(facts, asked["amount"]))
        return checks


def _is_buyer(facts: Facts, wanted: dict[str, Any]) -> bool:
    return facts.buyer_type == wanted["type"] and wanted.get("value") in (None, facts.buyer_value)


def _is_amount(facts: Facts, wanted: dict[str, Any]) -> bool:
    value = Decimal({"Brutto": facts.gross, "Netto": facts.net, "Vat": facts.vat}[wanted["type"]])
    low, high = wanted.get("from"), wanted.get("to")
    return (low is None or value >= Decimal(str(low))) and (high is None or value <= Decimal(str(high)))


def metadata_of(document: Document) -> dict[str, Any]:
    """The InvoiceMetadata of an accepted, stored document."""
    facts = document.facts
    if facts is None or document.acquired_at is None or document.stored_at is None:
        raise ValueError("only stored documents have metadata")
    buyer = without_nulls({"type": facts.buyer_type, "value": facts.buyer_value})
    return without_nulls(
        {
            "ksefNumber": document.ksef_number,
            "invoiceNumber": facts.number,
            "issueDate": facts.issue_date,
            "invoicingDate": stamp(document.received_at),
            "acquisitionDate": stamp(document.acquired_at),
            "permanentStorageDate": stamp(document.stored_at),
            "seller": without_nulls({"nip": facts.seller_nip, "name": facts.seller_name}),
            "buyer": without_nulls({"identifier": buyer, "name": facts.buyer_name}),
            # The contract makes amounts JSON numbers; they are never calculated with here.
            "netAmount": float(facts.net),
            "grossAmount": float(facts.gross),
            "vatAmount": float(facts.vat),
            "currency": facts.currency,
            "invoicingMode": document.mode,
            "invoiceType": INVOICE_TYPES[facts.kind],
            "formCode": FA3.as_json(),
            "isSelfInvoicing": facts.self_invoicing,
            "hasAttachment": facts.attachment,
            "invoiceHash": document.hash,
            "hashOfCorrectedInvoice": document.corrected_hash,
            "thirdSubjects": facts.third_subjects or None,
            "authorizedSubject": facts.authorized,
        }
    )
