"""The budget of requests: every counted request is written down before it is made, by all workers in one ledger."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest

from apps.ksef_client.endpoints import Endpoint, Group
from apps.ksef_client.ksef import Exchange
from apps.ksef_client.limits import DEFAULT_RATES, Rate, RateLimits

from .models import Lane, LedgerPause, RequestLedger

SHARE = 0.8  # the rest is for closes that must be repeated, and for people
PATIENCE = timedelta(seconds=1.5)
UNLIMITED = 1_000_000_000  # KSeF states a window that it does not count as -1
DEFAULT_PAUSE = timedelta(seconds=60)
KEPT = timedelta(hours=2)

Limit = tuple[int, int, int]  # per second, minute and hour
SPANS = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1))
Stated = Mapping[str, Sequence[int]]  # the same for each group, as a lane keeps what KSeF said


class BudgetSpent(Exception):
    """The request was not made: its counter has room again at `until`."""

    def __init__(self, group: str, until: datetime) -> None:
        super().__init__(f"{group} has room again at {until}")
        self.group, self.until = group, until


def account_of(*parts: str) -> str:
    """The name of a counter: a hash, because KSeF counts across our tenants and none may read another's NIP."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def rates(stated: Stated) -> RateLimits:
    """What KSeF stated, or the contract's rates until it was asked (reliability, section 5)."""
    if not stated:
        return DEFAULT_RATES
    return RateLimits({group: Rate(*(int(number) for number in numbers)) for group, numbers in stated.items()})


def stated_rates(lane: Lane) -> Stated:
    """What KSeF stated for this lane; empty before it was asked."""
    stated: Stated = lane.limits.get("rates", {})
    return stated


def as_stated(limits: RateLimits) -> dict[str, list[int]]:
    """The form in which a lane keeps rates."""
    return {group: [rate.per_second, rate.per_minute, rate.per_hour] for group, rate in limits.rates.items()}


def allowed(stated: Stated, group: Group) -> Limit:
    """Our share of the counter of a group."""
    rate = _rate(stated, group)
    return _share(rate.per_second), _share(rate.per_minute), _share(rate.per_hour)


def _share(number: int) -> int:
    return max(1, int(number * SHARE)) if number > 0 else UNLIMITED


def _rate(stated: Stated, group: Group) -> Rate:
    return rates(stated).rate_of(group) or DEFAULT_RATES.rates[group.value]


def spend(account: str, group: str, limit: Limit, *, at: datetime) -> datetime | None:
    """Take one request out of the budget; or, when there is no room, say from when on there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ksefkit_spend(%s, %s, %s, %s, %s, %s)", [account, group, at, *limit])
        row = cursor.fetchone()
    until: datetime | None = row[0] if row else None
    return until


def room_at(account: str, group: str, limit: Limit, *, at: datetime) -> datetime | None:
    """From when on a request has room, without making one; None when it has by now."""
    paused = LedgerPause.objects.filter(account=account, group=group, until__gt=at).values_list("until", flat=True)
    moments = list(paused)
    for span, most in zip(SPANS, limit, strict=True):
        spent = RequestLedger.objects.filter(account=account, group=group, at__gt=at - span).order_by("-at")
        moments += [last + span for last in spent.values_list("at", flat=True)[most - 1 : most]]
    return max(moments, default=None)


def used(account: str, group: Group, stated: Stated, *, at: datetime) -> float:
    """Which part of the hour's whole limit is spent."""
    counter, since = rates(stated).counter_of(group), at - timedelta(hours=1)
    count = RequestLedger.objects.filter(account=account, group=counter, at__gt=since).count()
    return count / max(_rate(stated, group).per_hour, 1)


def is_frozen(account: str, group: Group, stated: Stated, *, at: datetime) -> bool:
    """Whether KSeF wants no such request now."""
    counter = rates(stated).counter_of(group)
    return LedgerPause.objects.filter(account=account, group=counter, until__gt=at).exists()


def freeze(account: str, group: str, *, at: datetime, until: datetime) -> None:
    """KSeF asked for a pause of this counter; of two pauses the longer counts."""
    pause, made = LedgerPause.objects.get_or_create(
        account=account, group=group, defaults={"until": until, "asked_at": at}
    )
    if not made:
        LedgerPause.objects.filter(pk=pause.pk).update(until=Greatest(F("until"), Value(until)), asked_at=at)


def forget_old(*, at: datetime) -> None:
    """Drop what no window can see any more."""
    RequestLedger.objects.filter(at__lt=at - KEPT).delete()
    LedgerPause.objects.filter(until__lt=at - KEPT).delete()


@dataclass
class Budget:
    """Watches the requests of one client: pays for each before it goes out, and remembers how KSeF answered."""

    account: str
    address_account: str
    stated: Stated
    clock: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep
    # How each request ended; appended from several threads during an upload, read by the step that owns this.
    exchanges: list[Exchange] = field(default_factory=list)

    def before(self, endpoint: Endpoint) -> None:
        """Pay for a request; a short queue is waited for, a long one raises BudgetSpent."""
        if endpoint.group is Group.UNCOUNTED:
            return
        account, counter = self._counter(endpoint)
        limit, give_up_at = allowed(self.stated, endpoint.group), self.clock() + PATIENCE
        while (until := spend(account, counter, limit, at=(now := self.clock()))) is not None:
            if until > give_up_at or now >= give_up_at:
                raise BudgetSpent(counter, until)
            self.wait(max((until - now).total_seconds(), 0.01))
            if self.clock() <= now:
                raise BudgetSpent(counter, until)  # a clock that stands still would wait for ever

    def demand_room(self, endpoint: Endpoint) -> None:
        """Raise BudgetSpent when a request would, so that nothing is prepared for it in vain; pays nothing."""
        account, counter = self._counter(endpoint)
        now = self.clock()
        until = room_at(account, counter, allowed(self.stated, endpoint.group), at=now)
        if until is not None and until > now + PATIENCE:
            raise BudgetSpent(counter, until)

    def after(self, exchange: Exchange) -> None:
        """Note the answer; a 429 freezes this counter, and this counter only."""
        self.exchanges.append(exchange)
        if exchange.http_status == 429 and exchange.endpoint.group is not Group.UNCOUNTED:
            answered_at = exchange.at + timedelta(seconds=exchange.seconds)
            until = answered_at + (exchange.retry_after or DEFAULT_PAUSE)
            freeze(*self._counter(exchange.endpoint), at=answered_at, until=until)

    def _counter(self, endpoint: Endpoint) -> tuple[str, str]:
        """Whose counter a request falls on, and which; sign-in is counted for the whole address."""
        account = self.address_account if endpoint.group is Group.ANONYMOUS else self.account
        return account, rates(self.stated).counter_of(endpoint.group)
