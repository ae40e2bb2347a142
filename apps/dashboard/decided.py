"""How far the documents of one decision have come: a worker maps them again while the person looks on or leaves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.dashboard.reason_titles import title_of
from apps.filings.models import Filing
from apps.filings.states import State
from apps.reviews.models import Override


@dataclass(frozen=True, slots=True)
class StillHeld:
    """A reason for which documents still wait, after the decision."""

    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What one decision about many documents has come to so far."""

    decided: int
    in_line: int
    still_held: Sequence[StillHeld]

    @property
    def held(self) -> int:
        return sum(reason.count for reason in self.still_held)

    @property
    def checked(self) -> int:
        return self.decided - self.in_line

    @property
    def solved(self) -> int:
        return self.checked - self.held


def progress_of(stated: Override, *, at: datetime) -> Progress:
    """Of the decision that this statement is one of: the same person stated it about many documents at one moment."""
    objects = set(
        Override.objects.filter(
            tenant_id=stated.tenant_id,
            kind=stated.kind,
            entered_at=stated.entered_at,
            entered_by_id=stated.entered_by_id,
        ).values_list("connection_id", "stripe_id")
    )
    rows = Filing.objects.filter(
        tenant_id=stated.tenant_id, stripe_id__in=[stripe_id for _, stripe_id in objects], state=State.HELD
    ).select_related("document")
    held = [row for row in rows if (row.document.connection_id, row.stripe_id) in objects]
    waiting = [row for row in held if row.next_action_at is None or row.next_action_at > at]
    counted = Counter(row.reason_code for row in waiting)
    params = {row.reason_code: row.reason_params for row in waiting}
    reasons = [StillHeld(code, title_of(code, params[code]), count) for code, count in counted.most_common()]
    return Progress(len(objects), len(held) - len(waiting), reasons)
