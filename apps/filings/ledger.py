"""The budget of requests: every counted request is written down before it is made, by all workers in one ledger."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from apps.ksef_client.endpoints import Endpoint, Group
from apps.ksef_client.ksef import Exchange

from .models import LedgerPause, RequestLedger

SHARE = 0.8  # the rest is for closes that must be repeated, and for people
PATIENCE = timedelta(seconds=1.5)
DEFAULT_PAUSE = timedelta(seconds=60)
KEPT = timedelta(hours=2)

Limit = tuple[int, int, int]  # per second, minute and hour

# The contract of API 2.9.0, used until `GET /rate-limits` was read (reliability, section 5).
CONTRACT: Mapping[str, Limit] = {
    Group.ONLINE_SESSION: (10, 30, 120),
    Group.ONLINE_SESSION_CLOSE: (20, 60, 240),
    Group.BATCH_SESSION: (10, 20, 60),
    Group.BATCH_SESSION_CLOSE: (20, 40, 120),
    Group.INVOICE_SEND: (10, 30, 180),
    Group.INVOICE_STATUS: (30, 120, 1200),
    Group.SESSION_LIST: (5, 10, 60),
    Group.SESSION_INVOICE_LIST: (10, 20, 200),
    Group.SESSION_MISC: (10, 120, 1200),
    Group.INVOICE_METADATA: (8, 16, 20),
    Group.INVOICE_EXPORT: (8, 16, 20),
    Group.INVOICE_EXPORT_STATUS: (10, 60, 600),
    Group.INVOICE_DOWNLOAD: (8, 16, 64),
    Group.OTHER: (10, 30, 120),
    # 60 a second for the whole address; it has no longer window.
    Group.ANONYMOUS: (60, 3600, 216_000),
}


class BudgetSpent(Exception):
    """The request was not made: its counter has room again at `until`."""

    def __init__(self, group: str, until: datetime) -> None:
        super().__init__(f"{group} has room again at {until}")
        self.group, self.until = group, until


def account_of(*parts: str) -> str:
    """The name of a counter: a hash, because KSeF counts across our tenants and none may read another's NIP."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def allowed(limits: Mapping[str, Sequence[int]], group: str) -> Limit:
    """Our share of a limit: as read from KSeF, or the contract's."""
    stated = limits.get(group) or CONTRACT[group]
    second, minute, hour = (max(1, int(number * SHARE)) for number in stated)
    return second, minute, hour


def spend(account: str, group: str, limit: Limit, *, at: datetime) -> datetime | None:
    """Take one request out of the budget; or, when there is no room, say from when on there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ksefkit_spend(%s, %s, %s, %s, %s, %s)", [account, group, at, *limit])
        row = cursor.fetchone()
    until: datetime | None = row[0] if row else None
    return until


def used(account: str, group: str, limits: Mapping[str, Sequence[int]], *, at: datetime) -> float:
    """Which part of the hour's whole limit is spent."""
    since = at - timedelta(hours=1)
    count = RequestLedger.objects.filter(account=account, group=group, at__gt=since).count()
    return count / (limits.get(group) or CONTRACT[group])[2]


def freeze(account: str, group: str, *, until: datetime) -> None:
    """KSeF asked for a pause of this counter."""
    pause, made = LedgerPause.objects.get_or_create(account=account, group=group, defaults={"until": until})
    if not made and pause.until < until:
        LedgerPause.objects.filter(pk=pause.pk, until__lt=until).update(until=until)


def forget_old(*, at: datetime) -> None:
    """Drop what no window can see any more."""
    RequestLedger.objects.filter(at__lt=at - KEPT).delete()
    LedgerPause.objects.filter(until__lt=at - KEPT).delete()


@dataclass
class Budget:
    """Watches the requests of one client: pays for each before it goes out, and remembers how KSeF answered."""

    account: str
    address_account: str
    limits: Mapping[str, Sequence[int]]
    clock: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep
    # How each request ended; appended from several threads during an upload, read by the step that owns this.
    exchanges: list[Exchange] = field(default_factory=list)

    def before(self, endpoint: Endpoint) -> None:
        """Pay for a request; a short queue is waited for, a long one raises BudgetSpent."""
        if endpoint.group is Group.UNCOUNTED:
            return
        account, limit = self._counter(endpoint), allowed(self.limits, endpoint.group)
        give_up_at = self.clock() + PATIENCE
        while (until := spend(account, endpoint.group, limit, at=(now := self.clock()))) is not None:
            if until > give_up_at or now >= give_up_at:
                raise BudgetSpent(endpoint.group, until)
            self.wait(max((until - now).total_seconds(), 0.01))

    def after(self, exchange: Exchange) -> None:
        """Note the answer; a 429 freezes this counter, and this counter only."""
        self.exchanges.append(exchange)
        if exchange.http_status == 429 and exchange.endpoint.group is not Group.UNCOUNTED:
            until = exchange.at + (exchange.retry_after or DEFAULT_PAUSE)
            freeze(self._counter(exchange.endpoint), exchange.endpoint.group, until=until)

    def _counter(self, endpoint: Endpoint) -> str:
        return self.address_account if endpoint.group is Group.ANONYMOUS else self.account
