"""Collective identifiers: one number for several invoices of a seller, for payments (API 2.7.0)."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.ksef_simulator.clock import read_moment, stamp
from apps.ksef_simulator.reading.roles import may_read
from apps.ksef_simulator.sending.records import Document, Facts
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.errors import BadRequest
from apps.ksef_simulator.web.paging import page_of

MAX_PER_INVOICE = 132
MAX_RANGE = timedelta(days=100)
MAX_ASKED = 10


@dataclass(slots=True)
class Collective:
    number: str
    context: str
    seller: str
    created_at: datetime
    invoices: list[dict[str, Any]]


class Collectives:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._all = {each.number: each for each in store.all("collective", Collective)}
        self._lock = threading.Lock()

    def add(self, collective: Collective) -> None:
        with self._lock:
            self._all[collective.number] = collective
        self._store.put("collective", collective.number, collective)

    def newest_first(self) -> list[Collective]:
        with self._lock:
            found = list(self._all.values())
        return sorted(found, key=lambda each: (each.created_at, each.number), reverse=True)

    def with_invoice(self, ksef_number: str) -> list[Collective]:
        return [each for each in self.newest_first() if any(row["ksefNumber"] == ksef_number for row in each.invoices)]


@answers("POST", "/collective-identifiers")
def generate(call: Call) -> Reply:
    system, rows = call.system, call.body["invoices"]
    context = str(call.principal.context)
    limit = system.context_limits.of(context)["collectiveIdentifier"]["maxInvoices"]
    if len(rows) > limit:
        raise BadRequest(21405, f"Liczba faktur {len(rows)} przekracza dozwolony limit {limit}.")
    documents = _documents(call, [row["ksefNumber"] for row in rows])
    seller = documents[0][1].seller_nip
    for document, facts in documents:
        if facts.seller_nip != seller:
            raise BadRequest(71004, f"Faktura o numerze KSeF {document.ksef_number} ma innego sprzedawcę.")
    number = system.numbers.collective_identifier(seller, call.at)
    system.collectives.add(Collective(number, context, seller, call.at, [_kept(row) for row in rows]))
    return json_reply({"collectiveIdentifierNumber": number}, 201)


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """What the contract knows of an invoice in an identifier."""
    payment = row.get("payment")
    money = {"amount": payment["amount"], "currency": payment["currency"]} if payment else None
    return {"ksefNumber": row["ksefNumber"], "payment": money, "description": row.get("description")}


def _documents(call: Call, numbers: list[str]) -> list[tuple[Document, Facts]]:
    found = []
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            raise BadRequest(71005, f"Powtórzony numer KSeF {number}.")
        document = call.system.ledger.by_number(number)
        if document is None or document.facts is None or not may_read(document.facts, call.principal.context):
            raise BadRequest(71001, f"Faktura o numerze KSeF {number} nie została znaleziona.")
        mine = [
            each for each in call.system.collectives.with_invoice(number) if each.context == str(call.principal.context)
        ]
        if len(mine) >= MAX_PER_INVOICE:
            raise BadRequest(
                71002,
                f"Faktura o numerze KSeF {number} jest już przypisana "
                "do maksymalnej liczby Identyfikatorów Zbiorczych.",
            )
        found.append((document, document.facts))
    return found


@answers("POST", "/collective-identifiers/query")
def query(call: Call) -> Reply:
    asked, context = call.body, call.principal.context
    start, end = read_moment(asked["dateCreatedFrom"]), read_moment(asked["dateCreatedTo"])
    if end < start or end - start > MAX_RANGE:
        raise BadRequest(21405, "Zakres dat utworzenia musi być rosnący i nie dłuższy niż 100 dni.")
    low, high = asked.get("invoiceCountFrom"), asked.get("invoiceCountTo")
    found = [
        each
        for each in call.system.collectives.newest_first()
        if _visible(each, context)
        and start <= each.created_at <= end
        and asked.get("collectiveIdentifierNumber") in (None, each.number)
        and (low is None or len(each.invoices) >= low)
        and (high is None or len(each.invoices) <= high)
        and asked.get("createdInCurrentContext") in (None, each.context == str(context))
    ]
    page, continuation = page_of(call, found)
    rows = [_row(each, context) | {"invoiceCount": len(each.invoices)} for each in page]
    return json_reply(continuation | {"collectiveIdentifiers": rows})


@answers("GET", "/collective-identifiers/ksef/{ksefNumber}")
def by_invoice(call: Call) -> Reply:
    found = call.system.collectives.with_invoice(call.path["ksefNumber"])
    page, continuation = page_of(call, found)
    return json_reply(continuation | {"collectiveIdentifiers": [_row(each, call.principal.context) for each in page]})


@answers("POST", "/collective-identifiers/invoices")
def invoices(call: Call) -> Reply:
    numbers = call.body["collectiveIdentifierNumbers"]
    if not 1 <= len(numbers) <= MAX_ASKED:
        raise BadRequest(21405, f"Można podać od 1 do {MAX_ASKED} numerów identyfikatorów zbiorczych.")
    rows = [
        _invoice_row(call, each, invoice)
        for each in call.system.collectives.newest_first()
        if each.number in numbers
        for invoice in each.invoices
    ]
    rows.sort(key=lambda row: str(row["ksefNumber"]), reverse=True)
    page, continuation = page_of(call, rows)
    return json_reply(continuation | {"invoices": list(page)})


def _invoice_row(call: Call, collective: Collective, invoice: dict[str, Any]) -> dict[str, Any]:
    """Payment details only for who made the identifier or stands on the invoice."""
    document = call.system.ledger.by_number(invoice["ksefNumber"])
    context = call.principal.context
    party = document is not None and document.facts is not None and may_read(document.facts, context)
    details = {name: invoice[name] for name in ("payment", "description") if invoice.get(name) is not None}
    hidden = bool(details) and not party and collective.context != str(context)
    head = {"ksefNumber": invoice["ksefNumber"], "collectiveIdentifierNumber": collective.number}
    return without_nulls(head | ({} if hidden else details) | {"detailsHidden": hidden})


def _visible(collective: Collective, context: Identifier) -> bool:
    return collective.context == str(context) or (context.type == "Nip" and collective.seller == context.nip)


def _row(collective: Collective, context: Identifier) -> dict[str, Any]:
    return {
        "collectiveIdentifierNumber": collective.number,
        "createdInCurrentContext": collective.context == str(context),
        "dateCreated": stamp(collective.created_at),
    }
