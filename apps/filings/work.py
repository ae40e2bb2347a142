"""Claims due lanes and sessions of all tenants and works on them, several at a time, until nothing is due."""

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import close_old_connections, connection

from apps.connections.ksef import Clock
from apps.ksef_client.codes import SESSION_NOT_FOUND
from apps.ksef_client.errors import Refused
from apps.tenants.context import acting_in

from .alarms import raise_alarm
from .batch import carry_batch
from .follow import follow_session
from .lease import LEASE, Lease, LeaseLost
from .limits import heed_limits
from .line import line_of
from .models import KsefSession, Lane
from .schedule import after_fault
from .settle import may_hold_documents, session_is_gone
from .submit import note_pause, note_success, work_lane
from .tend import tend_session
from .trouble import TROUBLES, Trouble, pause_for

log = structlog.get_logger()

CLAIM = 1  # a step is long compared with a claim, and a row claimed early would wait behind it
CLAIMS: dict[type[Lane] | type[KsefSession], str] = {
    Lane: "SELECT * FROM ksefkit_claim_lanes(%s, %s, %s, %s)",
    KsefSession: "SELECT * FROM ksefkit_claim_sessions(%s, %s, %s, %s)",
}
OUR_FAULTS_TOLD_FROM = 3
GONE_AFTER = 3  # times in a row that KSeF did not know a session

SessionState = KsefSession.State
Kind = KsefSession.Kind


@dataclass
class Worker:
    """Claims and works, in several threads: most of the time of a step goes by in waiting for KSeF."""

    clock: Clock
    wait: Callable[[float], None] = time.sleep
    threads: int = 1

    def run(self, *, until: datetime | None = None) -> int:
        """Work until nothing is due or the time is up; returns how many steps that were."""
        done = self._claim_and_work()
        if not done:
            return 0
        # Something was due, so there may be more than one thread can do.
        helpers = [_pool(os.getpid(), self.threads).submit(self._help, until) for _ in range(self.threads - 1)]
        done += self._loop(until)
        return done + sum(helper.result() for helper in helpers)

    def _help(self, until: datetime | None) -> int:
        close_old_connections()
        return self._loop(until)

    def _loop(self, until: datetime | None) -> int:
        done = 0
        while (until is None or self.clock() < until) and (step := self._claim_and_work()):
            done += step
        return done

    def _claim_and_work(self) -> int:
        """One session and one lane. Sessions come first: they end what was begun. Both claims are fair to tenants."""
        sessions = self._claim(KsefSession)
        for tenant_id, session_id, token in sessions:
            self._session(Lease(KsefSession, tenant_id, session_id, token, self.clock))
        lanes = self._claim(Lane)
        for tenant_id, lane_id, token in lanes:
            self._lane(Lease(Lane, tenant_id, lane_id, token, self.clock))
        return len(sessions) + len(lanes)

    def _claim(self, kind: type[Lane] | type[KsefSession]) -> list[tuple[UUID, UUID, UUID]]:
        at, token = self.clock(), uuid4()
        with connection.cursor() as cursor:
            cursor.execute(CLAIMS[kind], [at, at + LEASE, token, CLAIM])
            return [(tenant, row, token) for tenant, row in cursor.fetchall()]

    def _lane(self, lease: Lease[Lane]) -> None:
        begun = _guarded(lease, lambda: work_lane(lease, wait=self.wait))
        if begun is not None:
            self._session(begun)

    def _session(self, lease: Lease[KsefSession]) -> None:
        _guarded(lease, lambda: self._work_session(lease))

    def _work_session(self, lease: Lease[KsefSession]) -> None:
        with lease.held() as session:
            lane = Lane.objects.get(pk=session.lane_id)
        try:
            with line_of(lane, clock=self.clock, wait=self.wait) as line:
                line.open()
                heed_limits(lane, line, at=self.clock())
                step_of(session)(lease, line, jitter=random.random())  # noqa: S311  spreads load
        except Refused as refused:
            if not (refused.has_code(SESSION_NOT_FOUND) and self._gave_up(lease)):
                self._session_in_trouble(lease, refused)
        except TROUBLES as trouble:
            self._session_in_trouble(lease, trouble)
        else:
            note_success(lane, at=self.clock(), step_of=lease.row_id)

    def _gave_up(self, lease: Lease[KsefSession]) -> bool:
        """KSeF does not know the session: believed at once of an empty one, else only when it says so again (F7)."""
        with lease.held() as session:
            if may_hold_documents(session) and session.faults < GONE_AFTER:
                return False
            return session_is_gone(session, at=self.clock())

    def _session_in_trouble(self, lease: Lease[KsefSession], trouble: Trouble) -> None:
        with acting_in(lease.tenant_id):
            session = KsefSession.objects.select_related("lane").get(pk=lease.row_id)
        if session.ended_at is not None:
            # The step gave it up, such as a batch KSeF did not open: without a pause the lane would begin another.
            lane = session.lane
            pause = pause_for(trouble, faults=lane.faults, at=self.clock(), jitter=random.random())  # noqa: S311
            note_pause(lane, pause, at=self.clock())
            return
        with lease.held() as session:
            pause = pause_for(trouble, faults=session.faults, at=self.clock(), jitter=random.random())  # noqa: S311
            KsefSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(
                faults=session.faults + (1 if pause.is_fault else 0),
                next_action_at=pause.until,
                lease_until=None,
                lease_token=None,
                plan_code=pause.code,
                plan_params=dict(pause.params),
            )
            if pause.alarm:
                raise_alarm(
                    session.tenant_id, pause.alarm, subject=str(session.lane_id), params=pause.params, at=self.clock()
                )
        log.warning("session.paused", session=str(lease.row_id), why=pause.code, until=pause.until.isoformat())


def step_of(session: KsefSession) -> Callable[..., None]:
    """What is next for a session, by its kind and state."""
    if session.kind == Kind.ONLINE:
        return tend_session
    if session.state in (SessionState.CLOSED,):
        return follow_session
    return carry_batch


def _guarded(lease: Lease[Any], work: Callable[[], Any]) -> Any:
    """A fault of ours is loud, and its row comes up again later and later instead of at once for ever."""
    try:
        with lease.kept_alive():
            return work()
    except LeaseLost:
        log.warning("lease.lost", kind=lease.kind.__name__, row=str(lease.row_id))
    except Exception:
        log.exception("work.failed", kind=lease.kind.__name__, row=str(lease.row_id))
        _put_off(lease)
    return None


def _put_off(lease: Lease[Any]) -> None:
    at = lease.clock()
    with acting_in(lease.tenant_id):
        row = lease.kind.objects.filter(pk=lease.row_id, lease_token=lease.token).first()
        if row is None:
            return
        lease.kind.objects.filter(pk=row.pk, lease_token=lease.token).update(
            faults=row.faults + 1,
            next_action_at=at + after_fault(row.faults, jitter=0.5),
            lease_until=None,
            lease_token=None,
            plan_code="internal_error",
            plan_params={},
        )
        if row.faults + 1 >= OUR_FAULTS_TOLD_FROM:
            # The lane's next success clears it.
            lane_id = row.lane_id if isinstance(row, KsefSession) else row.pk
            raise_alarm(lease.tenant_id, "internal_error", subject=str(lane_id), at=at)


@lru_cache(maxsize=1)
def _pool(_pid: int, threads: int) -> ThreadPoolExecutor:
    """The helpers of this process. They live on with their database connections, as a worker does."""
    return ThreadPoolExecutor(max(1, threads - 1), thread_name_prefix="ksef")


def run_due_work(*, at: datetime) -> int:
    """Everything due at a moment, one after the other, with a clock that stands still: for tests and commands."""
    return Worker(clock=lambda: at, wait=lambda _: None).run()
