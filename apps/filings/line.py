"""The line of one worker to KSeF for one lane: signed in, paid from the lane's budget, heard by the weather."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from apps.connections.ksef import Access, Clock, public_keys
from apps.ksef_client.errors import AccessDenied, KsefError
from apps.ksef_client.keys import Keys
from apps.ksef_client.ksef import Ksef

from . import weather
from .ledger import Budget, account_of, stated_rates
from .models import Lane

T = TypeVar("T")

TOKEN_TRUSTED = timedelta(seconds=30)  # a long step asks for its token again; none is handed out that ends in a minute


@dataclass
class Line:
    """Makes calls in a lane's name."""

    lane: Lane
    access: Access
    budget: Budget
    _ksef: Ksef | None = None
    _opened_at: datetime | None = None

    @property
    def keys(self) -> Keys:
        return public_keys()

    def open(self) -> None:
        """Sign in now if need be, so that trouble with it cannot be mistaken for trouble with a call."""
        self._open(renew=False)

    def call(self, ask: Callable[[Ksef], T]) -> T:
        """Make a call; when KSeF no longer takes the access token (nothing happened), renew it and repeat once."""
        try:
            return ask(self._open(renew=False))
        except AccessDenied as denied:
            if not denied.needs_refresh:
                raise
        return ask(self._open(renew=True))

    def _open(self, *, renew: bool) -> Ksef:
        now = self.access.clock()
        if self._ksef is None or self._opened_at is None or renew or now >= self._opened_at + TOKEN_TRUSTED:
            self._ksef, self._opened_at = self.access.open(renew=renew), now
        return self._ksef


@contextmanager
def line_of(lane: Lane, *, clock: Clock, wait: Callable[[float], None]) -> Iterator[Line]:
    """Open a line unless KSeF is known to be down, and let the weather know how its requests went."""
    weather.demand_open(lane.place, at=clock())
    budget = Budget(lane.account, account_of(lane.place), stated_rates(lane), clock, wait)
    blocked_by = ""
    try:
        yield Line(lane, Access(lane.tenant_id, lane.connection_id, clock, budget, wait), budget)
    except KsefError as error:
        blocked_by = str(error) if _is_block(error) else ""
        raise
    finally:
        if blocked_by:
            weather.blocked(lane.place, blocked_by, at=clock())
        else:
            weather.note(lane.place, budget.exchanges, at=clock())


def _is_block(error: KsefError) -> bool:
    """The firewall refuses us, which asking again makes worse; its 502 and 503 pages are an outage like any (F25)."""
    return error.is_waf and error.http_status is not None and 400 <= error.http_status < 500
