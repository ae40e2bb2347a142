"""What has become of each document of the demo company, read from the database as its owner would see it."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from apps.documents.mapping.currency import currency_of
from apps.filings.models import Filing
from apps.filings.states import FINAL, LABEL_OF, Label, State
from apps.stripe_intake.models import StripeEvent
from apps.tenants.context import acting_in

# A rejected or held document waits for a person, an excluded one for nobody: nothing more happens by itself.
AT_REST = FINAL | {State.HELD, State.REJECTED}


@dataclass(frozen=True, slots=True)
class Row:
    """One document in the table."""

    filing: str
    stripe_id: str
    kind: str
    number: str
    buyer: str
    total: str
    state: str
    reason: str
    ksef_number: str
    has_upo: bool

    @property
    def label(self) -> Label:
        return LABEL_OF[State(self.state)]

    @property
    def at_rest(self) -> bool:
        return State(self.state) in AT_REST


@dataclass(frozen=True, slots=True)
class Picture:
    """All rows at one moment, in the order in which they came."""

    rows: tuple[Row, ...]
    events_waiting: int

    @property
    def at_rest(self) -> bool:
        return not self.events_waiting and all(row.at_rest for row in self.rows)

    def counts(self) -> Counter[Label]:
        return Counter(row.label for row in self.rows)


def read_picture(tenant_id: UUID) -> Picture:
    with acting_in(tenant_id):
        filings = Filing.objects.order_by("opened_at", "id").defer("reason_params")
        rows = tuple(_row(filing) for filing in filings)
        waiting = StripeEvent.objects.filter(state=StripeEvent.State.RECEIVED).count()
    return Picture(rows, waiting)


def _row(filing: Filing) -> Row:
    return Row(
        filing=str(filing.id),
        stripe_id=filing.stripe_id,
        kind=filing.kind,
        number=filing.number or filing.stripe_id,
        buyer=filing.buyer_name,
        total=_amount(filing.total_minor, filing.currency),
        state=filing.state,
        reason=filing.reason_code,
        ksef_number=filing.ksef_number,
        has_upo=filing.upo_id is not None,
    )


def _amount(minor: int | None, currency: str) -> str:
    """Minor units as an amount; nothing when Stripe names none."""
    if minor is None:
        return ""
    known = currency_of(currency)
    return f"{known.major(minor) if known else minor:,} {currency.upper()}"
