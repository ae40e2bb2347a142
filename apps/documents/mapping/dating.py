"""P_1, P_6, OkresFa and P_6A (fa3-mapping 2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apps.documents.mapping.overrides import Overrides, SetIssueDate
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.source import Period
from apps.fa3 import document as fa3
from apps.fa3.calendar import next_business_day

_LAST_DAY_TO_ISSUE = 15  # of the month after the supply, art. 106i(1)


@dataclass(frozen=True, slots=True)
class Issue:
    """P_1 and how it came about; `day` is the best guess when a reason says why there is none yet."""

    day: date
    reason: Reason | None = None
    warning: Reason | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """When the rows were supplied: one value for the document, or a day on each row that differs from P_1."""

    whole: date | fa3.Period | None
    rows: tuple[date | None, ...]  # P_6A
    periods: tuple[Period | None, ...]  # longer than a day, to be described beside P_6A


def issue_day(stripe_day: date, filing_date: date, settings: Settings, overrides: Overrides, field: str) -> Issue:
    """The day in Stripe, unless the document is filed later than the next business day."""
    if entered := overrides.get(SetIssueDate):
        return _ahead(entered.day, filing_date, "override.set_issue_date") or Issue(entered.day)
    if ahead := _ahead(stripe_day, filing_date, field):
        return ahead
    # KSeF marks a document of the day before as offline by itself, which is legal (art. 106nda(16)).
    is_late = filing_date > next_business_day(stripe_day)
    if not is_late or settings.late_p1 == "keep":
        return Issue(stripe_day)
    days = {"stripe_day": stripe_day, "filing_date": filing_date}
    if settings.late_p1 == "hold":
        return Issue(stripe_day, reason=Reason(Code.P1_TOO_OLD, field, days))
    return Issue(filing_date, warning=Reason(Code.P1_REDATED, field, days))


def _ahead(day: date, filing_date: date, field: str) -> Issue | None:
    if day <= filing_date:
        return None
    # KSeF refuses a date of issue in the future.
    return Issue(day, reason=Reason(Code.P1_IN_FUTURE, field, {"day": day}))


def date_supply(periods: Sequence[Period | None], issued_on: date) -> Supply:
    """One period of all rows stands once; different ones stand on the rows. A day equal to P_1 is not written."""
    known = {period for period in periods if period is not None}
    nothing = (None,) * len(periods)
    if not known:
        return Supply(None, nothing, nothing)
    if len(known) == 1:
        (period,) = known
        if period.first < period.last:
            return Supply(fa3.Period(first=period.first, last=period.last), nothing, nothing)
        return Supply(None if period.last == issued_on else period.last, nothing, nothing)
    days = tuple(None if period is None or period.last == issued_on else period.last for period in periods)
    longer = tuple(period if period and period.first < period.last else None for period in periods)
    return Supply(None, days, longer)


def issue_deadline(supplied_on: date) -> date:
    """The 15th of the month after the supply."""
    year, month = divmod(supplied_on.year * 12 + supplied_on.month, 12)
    return date(year, month + 1, _LAST_DAY_TO_ISSUE)
