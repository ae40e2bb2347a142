"""What the pure mapping needs beside the document: facts of its connection, published rates, registers' answers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from apps.registers.checks import Question, Register, latest_answer
from apps.registers.models import ExchangeRate, RegisterAnswer
from apps.registers.rates import fits_a_document, rates_of

from .mapping.buyer_ids import clean_id
from .mapping.exchange import HOME, PublishedRates, Rate
from .mapping.settings import Settings
from .models import SourceDocument

# A reference day lies before the filing day by a period of service at most; prepaid years are the longest usual ones.
LONGEST_BACK = timedelta(days=430)


def settings_for(document: SourceDocument, chosen: Settings) -> Settings:
    """The tenant's choices with the facts of the connection: its mode, and the day a person had it begin.

    Which KSeF a mode may reach is decided where the lane is chosen; documents from before the import day may have been
    filed by other means, so they are never filed by themselves.
    """
    begins = document.connection.import_from or chosen.ksef_start
    return replace(chosen, livemode=document.livemode, ksef_start=max(chosen.ksef_start, begins))


class RateShelf:
    """The published rates of one filing day, each currency read once."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._read: dict[tuple[str, str], PublishedRates] = {}

    def of(self, document: SourceDocument, settings: Settings) -> PublishedRates:
        """What the mapping may choose from; it takes the one day that counts, never an older one."""
        currency = document.currency.upper()
        if currency == HOME:
            return PublishedRates(settings.fx_source)
        key = (settings.fx_source, currency)
        if key not in self._read:
            self._read[key] = self._published(*key)
        return self._read[key]

    def _published(self, source: str, currency: str) -> PublishedRates:
        # The ECB quotes units for one euro: PLN is needed to get from there to złoty.
        wanted = [currency, HOME] if source == ExchangeRate.Source.ECB else [currency]
        by_currency: dict[str, dict[date, Rate]] = {name: {} for name in wanted}
        for row in rates_of(source, wanted, first=self._day - LONGEST_BACK, last=self._day):
            if fits_a_document(row.value):
                by_currency[row.currency][row.published_on] = Rate(row.value.normalize(), row.published_on, row.table)
        return PublishedRates("ECB" if source == ExchangeRate.Source.ECB else "NBP_A", by_currency)


def with_own_checks(tenant_id: UUID, content: Mapping[str, Any], side: Mapping[str, Any]) -> dict[str, Any]:
    """The side data, with VIES's answer to ourselves where Stripe could not confirm a number or was not asked."""
    listed = side.get("tax_ids")
    numbers = listed if isinstance(listed, list) else list(_objects(content.get("customer_tax_ids")))
    checked = [_checked(tenant_id, item) for item in numbers]
    return dict(side) if checked == numbers else {**side, "tax_ids": checked}


def questions_about_buyer(content: Mapping[str, Any], side: Mapping[str, Any]) -> list[Question]:
    """Which registers should be asked about the buyer of an invoice."""
    questions = []
    statuses = {item.get("value"): item.get("verification") for item in _objects(side.get("tax_ids"))}
    for item in _objects(content.get("customer_tax_ids")):
        kind, value = item.get("type"), item.get("value")
        number = clean_id(value) if isinstance(value, str) else ""
        if kind == "pl_nip" or (kind == "eu_vat" and number.startswith("PL")):
            questions.append(Question(Register.WHITE_LIST, number.removeprefix("PL")))
        elif kind == "eu_vat" and statuses.get(value) != "verified":
            questions.append(Question(Register.VIES, number))
    usable = (question for question in questions if question.subject.isalnum() and 4 < len(question.subject) < 20)
    return list(dict.fromkeys(usable))


def answers_about_buyer(document: SourceDocument, content: Mapping[str, Any]) -> list[RegisterAnswer]:
    """The evidence for a document's page: what registers said of its buyer, newest first."""
    answers = (latest_answer(document.tenant_id, question) for question in questions_about_buyer(content, {}))
    return [answer for answer in answers if answer is not None]


def _checked(tenant_id: UUID, item: Any) -> Any:
    if not isinstance(item, Mapping) or item.get("type") != "eu_vat" or item.get("verification") == "verified":
        return item
    value = item.get("value")
    answer = latest_answer(tenant_id, Question(Register.VIES, clean_id(value))) if isinstance(value, str) else None
    if answer is None:
        return item
    confirmed = answer.outcome == RegisterAnswer.Outcome.CONFIRMED
    return {**item, "verification": "verified" if confirmed else "unverified"}


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
