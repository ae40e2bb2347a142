"""The simulator as what it is in these tests: another program, reached over HTTP."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from apps.ksef_client import auth
from apps.ksef_client.context import Context
from apps.ksef_client.environments import local
from apps.ksef_client.errors import Unavailable
from apps.ksef_client.keys import Keys, MemoryKeyCache
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.statuses import Status
from apps.ksef_client.transport import RequestsTransport
from tests.ksef_client.wire import Tap
from tests.ksef_client.wire_rules import Judge, judge

ROOT = Path(__file__).resolve().parents[2]
FAKTURA = (ROOT / "tests/data/ksef_client/faktura.xml").read_text(encoding="utf-8")
NIP = "5265877635"
KSEF_TOKEN = "20260101-EC-1111111111-2222222222-33|nip-5265877635|" + "ab" * 32
START = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # noon in Warsaw, so that no test meets midnight
PATIENCE = 20.0


@dataclass
class Simulator:
    """A running simulator, its clock, and a connection to it over a tapped wire."""

    url: str
    tap: Tap
    ksef: Ksef
    keys: Keys
    offset: timedelta

    def verdict(self) -> Judge:
        """What a strict server of another author would say about all that went over the wire."""
        return judge(self.tap.said())

    def control(self, method: str, path: str, **body: Any) -> Any:
        answer = requests.request(method, f"{self.url}/control/{path}", json=body or None, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, effect: str, operation: str = "*", **more: Any) -> None:
        self.control("POST", "faults", effect=effect, operation=operation, **more)

    def sign_in(self) -> Ksef:
        """Signed in as Acme by KSeF token."""
        challenge = auth.request_challenge(self.ksef)
        started = auth.start_with_token(self.ksef, self.keys, challenge, context=Context(NIP), ksef_token=KSEF_TOKEN)
        return self.ksef.signed_in(auth.finish(self.ksef, started, wait=time.sleep, first_pause=0.02).access.value)


@contextmanager
def running(*options: str) -> Iterator[Simulator]:
    """Start one on a free port and end it afterwards; nothing that went over the wire may break the contract."""
    command = [sys.executable, "-m", "apps.ksef_simulator", "--port", "0", "--token", f"{NIP}={KSEF_TOKEN}"]
    with subprocess.Popen(
        [*command, "--check-responses", "--storage-delay", "0", *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            tap = Tap()
            tap.upstream = _address(process)
            simulator = _connected(tap)
            yield simulator
            tap.close()
            assert simulator.verdict().complaints == []
        finally:
            process.terminate()
            assert process.stdout is not None
            process.stdout.close()


def faktura(number: str, line: str = "Abonament") -> bytes:
    """A document KSeF accepts; the same arguments give the same bytes."""
    return FAKTURA.replace("{number}", number).replace("{line}", line).encode()


def until(look: Callable[[], Any], is_final: Callable[[Any], bool] | None = None) -> Any:
    """Look again and again until the status is final."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if is_final(found) if is_final else _status(found).is_final:
            return found
        time.sleep(0.05)
    raise Unavailable("the simulator takes too long")


def _status(found: Any) -> Status:
    status = found.status
    assert isinstance(status, Status)
    return status


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise RuntimeError("the simulator did not start")


def _connected(tap: Tap) -> Simulator:
    url = tap.upstream
    now = datetime.now(UTC)
    offset = START - now
    simulator = Simulator(
        url,
        tap,
        Ksef(
            local(f"{tap.url}/v2", latarnia_url=f"{tap.url}/latarnia"),
            RequestsTransport(),
            clock=lambda: datetime.now(UTC) + offset,
        ),
        Keys(MemoryKeyCache(), jitter=lambda: 0.0),
        offset,
    )
    simulator.control("POST", "clock", set=START.isoformat())
    return simulator
