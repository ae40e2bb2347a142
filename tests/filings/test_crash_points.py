"""kill -9 after every commit and around every call to KSeF, one after the other: everything is filed once (R1).

A forked process does the work and kills itself at the n-th such point, with no chance to tidy up; then a healthy one
goes on. The points are counted, not listed, so a new step of the engine is covered as soon as it exists.
"""

import json
import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from apps.connections import ksef as sign_in
from apps.filings.models import KsefSession
from apps.filings.states import State
from apps.filings.work import Worker
from apps.ksef_client.transport import RequestsTransport
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, make_acme

from .house import MINUTE, SECOND, House, Ksef, connect

RECOVERY = 90 * SECOND
SURVIVED = 0


@pytest.fixture
def world(transactional_db: None) -> Iterator[House]:
    sign_in.forget_public_keys()
    ksef = Ksef([ACME_NIP])
    yield connect(make_acme(), ksef)
    ksef.close()


@pytest.mark.slow
def test_a_document_sent_online_survives_a_kill_at_every_point(world: House) -> None:
    points = kill_everywhere(world, documents=1, moments=[0 * SECOND, 3 * SECOND, 11 * MINUTE])

    assert points >= 20


@pytest.mark.slow
def test_a_batch_survives_a_kill_at_every_point(world: House) -> None:
    points = kill_everywhere(world, documents=2, moments=[20 * SECOND, 5 * SECOND])

    assert points >= 20


def kill_everywhere(house: House, *, documents: int, moments: list[timedelta]) -> int:
    """One new lot of documents for each point; returns how many points there were."""
    point = 0
    while True:
        point += 1
        filings = house.invoices(documents, prefix=f"P{point}")
        survived = die_at(house, point, moments)
        house.work_for(RECOVERY, step=SECOND)

        found = {house.state(filing) for filing in filings}
        assert found == {State.RECEIPTED}, f"killed at point {point}: {found}"
        end_sessions(house)
        if survived:
            break
    sends = {document["number"]: document["sends"] for document in house.ksef.accepted}
    assert len(sends) == documents * point
    assert set(sends.values()) == {1}
    return point - 1


def end_sessions(house: House) -> None:
    """The next point begins with no session open, as the first did."""
    house.work_for(25 * MINUTE, step=4 * MINUTE)
    with acting_in(house.tenant_id):
        left = KsefSession.objects.filter(ended_at__isnull=True)
        assert list(left.values("state", "reference", "plan_code", "next_action_at", "lease_until", "polls")) == []


def die_at(house: House, point: int, moments: list[timedelta]) -> bool:
    """Do the work in a process that kills itself at the n-th point; True when it came through alive."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            arm(point)
            for moment in moments:
                house.now += moment
                move_clock(house)
                Worker(clock=house.clock).run()
        finally:
            os._exit(SURVIVED)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    house.now = house.ksef.system.clock.now()
    return os.WIFEXITED(status)


def move_clock(house: House) -> None:
    request = urllib.request.Request(
        f"{house.ksef.simulator.address}/control/clock",
        data=json.dumps({"set": house.now.isoformat()}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).read()


def arm(point: int) -> None:
    """Count commits, and calls both before they leave and after they are answered; die at the one wanted."""
    left = point

    def pass_point() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    wrap(transaction.Atomic, "__exit__", after=lambda: None if in_a_transaction() else pass_point())
    wrap(RequestsTransport, "send", before=pass_point, after=pass_point)


def in_a_transaction() -> bool:
    return transaction.get_connection().in_atomic_block


def wrap(
    owner: type, name: str, *, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
) -> None:
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        before()
        result = original(*arguments, **named)
        after()
        return result

    setattr(owner, name, wrapped)
