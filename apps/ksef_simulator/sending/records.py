"""Sessions and the documents in them, with the status that shows at a given moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any

from apps.ksef_simulator.clock import stamp, stamp_or_none
from apps.ksef_simulator.web.call import without_nulls

ONLINE, BATCH = "Online", "Batch"

DOCUMENT_STATUS = {
    100: "Faktura przyjęta do dalszego przetwarzania",
    150: "Trwa przetwarzanie",
    200: "Sukces",
    405: "Przetwarzanie anulowane z powodu błędu sesji",
    410: "Nieprawidłowy zakres uprawnień",
    415: "Brak możliwości wysyłania faktury z załącznikiem",
    430: "Błąd weryfikacji pliku faktury",
    435: "Błąd odszyfrowania pliku",
    440: "Duplikat faktury",
    450: "Błąd weryfikacji semantyki dokumentu faktury",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
}
SESSION_STATUS = {
    (ONLINE, 100): "Sesja interaktywna otwarta",
    (ONLINE, 170): "Sesja interaktywna zamknięta",
    (ONLINE, 200): "Sesja interaktywna przetworzona pomyślnie",
    (BATCH, 100): "Sesja wsadowa rozpoczęta",
    (BATCH, 150): "Trwa przetwarzanie",
    (BATCH, 200): "Sesja wsadowa przetworzona pomyślnie",
    (BATCH, 405): "Błąd weryfikacji poprawności dostarczonych elementów paczki",
    (BATCH, 420): "Przekroczony limit faktur w sesji",
    (BATCH, 430): "Błąd dekompresji pierwotnego archiwum",
    (BATCH, 435): "Błąd odszyfrowania zaszyfrowanych części archiwum",
}
ANY_SESSION_STATUS = {
    415: "Błąd odszyfrowania dostarczonego klucza",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
    500: "Nieznany błąd (500)",
}


@dataclass(slots=True)
class Facts:
    """What KSeF reads from an invoice: the duplicate key, the dates and what the metadata query returns."""

    seller_nip: str
    kind: str
    number: str
    issue_date: str
    seller_name: str | None = None
    buyer_type: str = "None"
    buyer_value: str | None = None
    buyer_name: str | None = None
    net: str = "0"
    gross: str = "0"
    vat: str = "0"
    currency: str = "PLN"
    self_invoicing: bool = False
    attachment: bool = False
    third_subjects: Sequence[dict[str, Any]] = ()
    authorized: dict[str, Any] | None = None


@dataclass(slots=True)
class Document:
    reference: str
    session: str
    ordinal: int
    received_at: datetime
    due_at: datetime
    hash: str
    size: int
    declared_offline: bool = False
    corrected_hash: str | None = None
    file_name: str | None = None
    code: int = 0
    details: Sequence[str] = ()
    extensions: dict[str, str] | None = None
    facts: Facts | None = None
    ksef_number: str | None = None
    mode: str | None = None
    acquired_at: datetime | None = None
    stored_at: datetime | None = None
    stuck_by: int | None = None
    hidden_until: datetime | None = None

    @property
    def accepted(self) -> bool:
        return self.code == 200

    def code_at(self, now: datetime) -> int:
        """The status that shows now: its own one only once its time has come."""
        if self.stuck_by is None and now >= self.due_at and self.code:
            return self.code
        return 100 if now < self.received_at + (self.due_at - self.received_at) / 2 else 150

    def status(self, now: datetime) -> dict[str, Any]:
        code = self.code_at(now)
        done = code == self.code
        return without_nulls(
            {
                "code": code,
                "description": DOCUMENT_STATUS.get(code, "Nieznany błąd"),
                "details": list(self.details) if done and self.details else None,
                "extensions": self.extensions if done else None,
            }
        )

    def as_json(self, now: datetime) -> dict[str, Any]:
        done = self.code_at(now) == self.code
        shown: dict[str, Any] = {
            "ordinalNumber": self.ordinal,
            "referenceNumber": self.reference,
            "invoiceHash": self.hash,
            "invoiceFileName": self.file_name,
            "invoicingDate": stamp(self.received_at),
            "status": self.status(now),
        }
        if done:
            shown |= {
                "invoiceNumber": self.facts.number if self.facts else None,
                "ksefNumber": self.ksef_number,
                "acquisitionDate": stamp_or_none(self.acquired_at),
                "invoicingMode": self.mode,
            }
            if self.stored_at is not None and now >= self.stored_at:
                shown["permanentStorageDate"] = stamp(self.stored_at)
        return without_nulls(shown)


def shared(facts: Facts) -> Facts:
    """The same facts with the texts that repeat from document to document kept in memory once."""
    for name in ("seller_nip", "seller_name", "kind", "issue_date", "buyer_type", "currency", "net", "gross", "vat"):
        text = getattr(facts, name)
        setattr(facts, name, intern(text) if text is not None else None)
    return facts


def restored_document(facts: dict[str, Any] | None, **fields: Any) -> Document:
    """A document as the store gives it back."""
    return Document(facts=shared(Facts(**facts)) if facts else None, **fields)


@dataclass(slots=True)
class Session:
    reference: str
    kind: str
    context: str
    subject: str
    form: str
    created_at: datetime
    updated_at: datetime
    valid_until: datetime
    key: bytes | None
    iv: bytes
    token_reference: str | None = None
    document_hash: str | None = None
    offline: bool = False
    check_identifiers: bool = False
    closed_at: datetime | None = None
    due_at: datetime | None = None
    code: int = 0
    details: list[str] = field(default_factory=list)
    batch: dict[str, Any] | None = None
    upo_reference: str | None = None
    forced_code: int | None = None
    stuck_by: int | None = None
    _documents: list[Document] = field(default_factory=list, repr=False)
    _stuck: list[Document] = field(default_factory=list, repr=False)

    @property
    def documents(self) -> list[Document]:
        return self._documents

    @property
    def stuck(self) -> list[Document]:
        """Documents that a fault holds back: few, so that nobody has to look through all of them."""
        return self._stuck

    def description(self, code: int) -> str:
        return SESSION_STATUS.get((self.kind, code)) or ANY_SESSION_STATUS.get(code) or f"Nieznany błąd ({code})"
