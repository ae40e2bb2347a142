"""kill -9 after every commit and around every call to KSeF, one after the other: everything is filed once (R1).

A forked process does the work and kills itself at the n-th such point, with no chance to tidy up; then a healthy one
goes on. The points are counted, not listed, so a new step of the engine is covered as soon as it exists.
"""

import json
import os
import re
import signal
import threading
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections, transaction

from apps.connections import ksef as sign_in
from apps.connections.models import KsefConnection
from apps.connections.secrets import seal_into
from apps.filings.models import KsefSession, Lane, ProcessingTime, Weather
from apps.filings.states import State
from apps.filings.work import Worker
from apps.ksef_client.transport import Request, RequestsTransport
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, make_acme

from .house import MINUTE, SECOND, House, Ksef, connect

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "filing.md"
RECOVERY = 90 * SECOND
# Longer than an access token lives (15 min) and than an online session is held: both are renewed or ended.
TOKEN_ENDED = 16 * MINUTE
SURVIVED = 0


@pytest.fixture
def world(transactional_db: None) -> Iterator[House]:
    sign_in.forget_public_keys()
    ksef = Ksef([ACME_NIP])
    yield connect(make_acme(), ksef)
    ksef.close()


@pytest.mark.slow
def test_a_document_sent_online_survives_a_kill_at_every_point(world: House, tmp_path: Path) -> None:
    moments = [0 * SECOND, 3 * SECOND, TOKEN_ENDED]

    points = kill_everywhere(world, tmp_path / "points", documents=1, moments=moments)

    assert sorted(points) == sorted(documented("online"))


@pytest.mark.slow
def test_a_batch_survives_a_kill_at_every_point(world: House, tmp_path: Path) -> None:
    moments = [20 * SECOND, TOKEN_ENDED]

    points = kill_everywhere(world, tmp_path / "points", documents=2, moments=moments)

    assert sorted(points) == sorted(documented("batch"))


def documented(way: str) -> set[str]:
    """The points of one way of sending as docs/filing.md lists them."""
    section = DOCS.read_text().partition(f"### Crash points: {way}")[2].partition("###")[0]
    return {line.strip("| ").split(" | ")[1].strip("`") for line in section.splitlines() if re.match(r"\| \d", line)}


def kill_everywhere(house: House, passed: Path, *, documents: int, moments: list[timedelta]) -> set[str]:
    """One new lot of documents for each point; returns the names of all points."""
    point = 0
    while True:
        point += 1
        filings = house.invoices(documents, prefix=f"P{point}")
        begin_afresh(house)
        survived = die_at(house, point, moments, passed)
        house.work_for(RECOVERY, step=SECOND)

        found = {house.state(filing) for filing in filings}
        assert found == {State.RECEIPTED}, f"killed at point {point}: {found}"
        end_sessions(house)
        if survived:
            break
    sends = {document["number"]: document["sends"] for document in house.ksef.accepted}
    assert len(sends) == documents * point
    assert set(sends.values()) == {1}
    return set(passed.read_text().splitlines())


def begin_afresh(house: House) -> None:
    """Each point begins signed out and without experience, so that the whole sign-in and every first are among them."""
    sign_in.forget_public_keys()
    ProcessingTime.objects.all().delete()
    Weather.objects.all().delete()
    with acting_in(house.tenant_id):
        connection = KsefConnection.objects.get(pk=house.connection.pk)
        seal_into(connection, access_token=None, refresh_token=None)
        connection.access_expires_at = connection.refresh_expires_at = None
        connection.save()
        Lane.objects.update(limits={}, limits_read_at=None)


def end_sessions(house: House) -> None:
    """The next point begins with no session open, as the first did."""
    house.work_for(25 * MINUTE, step=4 * MINUTE)
    with acting_in(house.tenant_id):
        left = KsefSession.objects.filter(ended_at__isnull=True)
        assert list(left.values("state", "reference", "plan_code", "next_action_at", "lease_until", "polls")) == []


def die_at(house: House, point: int, moments: list[timedelta], passed: Path) -> bool:
    """Do the work in a process that kills itself at the n-th point; True when it came through alive."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            arm(point, passed)
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


def arm(point: int, passed: Path) -> None:
    """Count commits, and calls both before they leave and after they are answered; die at the one wanted."""
    left = point

    def pass_point(name: str) -> None:
        nonlocal left
        with passed.open("a") as file:
            file.write(f"{name}\n")
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(*_: object) -> None:
        # How often a lease is renewed depends on how busy this machine is; the step it belongs to is among the points.
        if not in_a_transaction() and threading.current_thread().name != "lease":
            pass_point(f"commit in {committer()}")

    wrap(transaction.Atomic, "__exit__", after=commit)
    wrap(
        RequestsTransport,
        "send",
        before=lambda _, request: pass_point(f"before {operation(request)}"),
        after=lambda _, request: pass_point(f"after {operation(request)}"),
    )


def committer() -> str:
    """The function of ours whose transaction ended: the nearest caller outside the helpers around transactions."""
    helpers = {"held", "acting_in", "__exit__", "renew", "wrapped", "commit", "committer", "inner"}
    for frame in reversed(traceback.extract_stack()):
        module = Path(frame.filename)
        if module.parts[-3:-2] == ("apps",) and frame.name not in helpers:
            return f"{module.parent.name}/{module.stem}.{frame.name}"
    return "elsewhere"


def operation(request: Request) -> str:
    """A call without the references in its path."""
    path = re.sub(r"/(?:[0-9]{8}-[A-Z]{2}-[0-9A-F-]+|[0-9]{10}-[0-9]{8}-[0-9A-F-]+)", "/…", urlsplit(request.url).path)
    return f"{request.method} {path.removeprefix('/v2')}"


def in_a_transaction() -> bool:
    return transaction.get_connection().in_atomic_block


def nothing(*_: object) -> None:
    pass


def wrap(
    owner: type, name: str, *, before: Callable[..., object] = nothing, after: Callable[..., object] = nothing
) -> None:
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        before(*arguments)
        result = original(*arguments, **named)
        after(*arguments)
        return result

    setattr(owner, name, wrapped)
