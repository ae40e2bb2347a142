"""One decision about many documents that wait for the same reason: which are possible, and about which documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone

from apps.dashboard.explain import solutions_of
from apps.dashboard.review_page import MOST_AT_ONCE, Card, Group
from apps.dashboard.statements import FORMS, StatementForm, form_for
from apps.dashboard.templatetags.ksefkit import amount, major
from apps.documents.mapping.overrides import KINDS, Override
from apps.filings.again import in_line
from apps.filings.models import Filing
from apps.filings.states import State

# A number, a name or an address belongs to one document; these may be the same for many.
SAME_FOR_MANY = frozenset(
    {
        "treat_as_consumer",
        "file_without_id",
        "set_buyer_country",
        "set_vat_category",
        "set_exemption_basis",
        "set_issue_date",
        "confirm_minor_unit",
        "approve_negative",
        "approve_correction",
        "accept_tax",
        "credits_as_discount",
        "exclude",
    }
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The documents a person ticked that still wait, with what they add up to."""

    filings: list[Filing]

    @property
    def totals(self) -> list[str]:
        """One amount for each currency."""
        sums: dict[str, Decimal] = {}
        for filing in self.filings:
            sums[filing.currency] = sums.get(filing.currency, Decimal(0)) + (
                major(filing.total_minor, filing.currency) or Decimal(0)
            )
        return [amount(value, currency.upper()) for currency, value in sorted(sums.items())]


def decisions(group: Group) -> list[type[StatementForm]]:
    """What may be decided about all documents of a group at once; empty when each needs values of its own."""
    held = [card for card in group.cards if card.filing.state == State.HELD]
    kinds = {made: kind for kind, made in KINDS.items()}
    found = [kinds[solution] for solution in _common(held)]
    return [FORMS[kind] for kind in found if kind in SAME_FOR_MANY]


def form_for_many(kind: str, filings: Sequence[Filing], data: QueryDict | None = None) -> StatementForm:
    """The form of a decision, without what concerns one document's rows."""
    form = form_for(kind, filings[0].document, data)
    form.fields.pop("line", None)
    return form


def chosen(tenant_id: UUID, ids: Sequence[UUID]) -> Chosen:
    """Those of the ticked documents that are still held."""
    held = Filing.objects.filter(tenant_id=tenant_id, id__in=ids[:MOST_AT_ONCE], state=State.HELD)
    held = held.exclude(in_line(timezone.now()))
    return Chosen(list(held.select_related("document").order_by("state_since", "id")))


def _common(cards: Sequence[Card]) -> tuple[type[Override], ...]:
    """The solutions of the reason that all of them wait for: the first, by which they are grouped."""
    explained = next((card.explanations[:1] for card in cards if card.explanations), [])
    return solutions_of(explained)
