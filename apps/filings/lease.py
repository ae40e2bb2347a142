"""A worker's hold on a lane or session: nothing it learns is written once the hold has passed to another."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection

from apps.audit.record import lock_chain
from apps.connections.ksef import Clock
from apps.tenants.context import acting_in

from .models import KsefSession, Lane

Row = TypeVar("Row", Lane, KsefSession)

LEASE = timedelta(seconds=20)
HEARTBEAT = 6.0  # seconds
# No call with an effect starts in the last moments of a lease: another worker may be about to take over.
MARGIN = timedelta(seconds=5)


class LeaseLost(Exception):
    """Another worker holds the row now; whatever this one was about to write is theirs to find out."""


@dataclass
class Lease(Generic[Row]):
    """The hold of one worker on one row, proved by a token that changes with every claim."""

    kind: type[Row]
    tenant_id: UUID
    row_id: UUID
    token: UUID
    clock: Clock
    until: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.until = self.clock() + LEASE

    @contextmanager
    def held(self) -> Iterator[Row]:
        """A transaction in which the row is locked and certainly still ours."""
        with acting_in(self.tenant_id):
            lock_chain(self.tenant_id)
            row = self.kind._default_manager.select_for_update().filter(pk=self.row_id, lease_token=self.token).first()
            if row is None:
                raise LeaseLost(self.row_id)
            yield row

    def renew(self) -> None:
        """Hold on for another while."""
        until = self.clock() + LEASE
        with acting_in(self.tenant_id):
            rows = self.kind._default_manager.filter(pk=self.row_id, lease_token=self.token)
            if not rows.update(lease_until=until):
                raise LeaseLost(self.row_id)
        self.until = until

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew from a thread beside for as long as a step takes; a worker that dies or is frozen renews nothing."""
        over = threading.Event()

        def beat() -> None:
            try:
                while not over.wait(HEARTBEAT):
                    self.renew()
            except (LeaseLost, DatabaseError):
                pass  # the step finds out by itself when it writes
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def demand_time(self) -> None:
        """To be asked right before a call with an effect: a worker that slept through its lease must not act."""
        if self.clock() > self.until - MARGIN:
            self.renew()

    def release(self, **columns: Any) -> None:
        """Let go, and say what is due next."""
        with self.held() as row:
            type(row)._default_manager.filter(pk=row.pk).update(lease_until=None, lease_token=None, **columns)
