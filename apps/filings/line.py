"""The line of one worker to KSeF for one lane: signed in, paid from the lane's budget, heard by the weather."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from apps.connections.ksef import Access, Clock, public_keys
from apps.ksef_client.errors import AccessDenied, KsefError
from apps.ksef_client.keys import Keys
from apps.ksef_client.ksef import Ksef

from . import weather
from .ledger import Budget, account_of, stated_rates
from .models import Lane

T = TypeVar("T")


class KsefClosed(Exception):
    """KSeF is down for everybody behind our address; nothing was asked."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"closed until {until}")
        self.until = until


@dataclass
class Line:
    """Makes calls in a lane's name."""

    lane: Lane
    access: Access
    budget: Budget
    _ksef: Ksef | None = None

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
        if self._ksef is None or renew:
            self._ksef = self.access.open(renew=renew)
        return self._ksef


@contextmanager
def line_of(lane: Lane, *, clock: Clock, wait: Callable[[float], None]) -> Iterator[Line]:
    """Open a line unless KSeF is known to be down, and let the weather know how its requests went."""
    if until := weather.closed_until(lane.place, at=clock()):
        raise KsefClosed(until)
    budget = Budget(lane.account, account_of(lane.place), stated_rates(lane), clock, wait)
    blocked_by = ""
    try:
        yield Line(lane, Access(lane.tenant_id, lane.connection_id, clock, budget, wait), budget)
    except KsefError as error:
        blocked_by = str(error) if error.is_waf else ""
        raise
    finally:
        if blocked_by:
            weather.blocked(lane.place, blocked_by, at=clock())
        else:
            weather.note(lane.place, budget.exchanges, at=clock())
