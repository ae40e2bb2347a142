"""Many rings are heard as few, the last one always; a broker that is down delays nobody."""

import threading
import time

from apps.stripe_intake.doorbell import Doorbell


def wait_for(met: threading.Event) -> None:
    assert met.wait(5)


def test_the_last_ring_is_always_heard() -> None:
    heard: list[float] = []
    quiet = threading.Event()
    bell = Doorbell(lambda: heard.append(time.monotonic()), pause=0.02)

    for _ in range(200):
        bell.ring()
    last = time.monotonic()
    quiet.wait(0.2)

    assert 1 <= len(heard) < 50
    assert heard[-1] >= last - 0.02


def test_a_broker_that_hangs_or_fails_delays_nobody() -> None:
    tried, go = threading.Event(), threading.Event()

    def hang_then_fail() -> None:
        tried.set()
        go.wait(5)
        raise ConnectionError

    bell = Doorbell(hang_then_fail, pause=0.01)
    began = time.monotonic()
    for _ in range(100):
        bell.ring()
    assert time.monotonic() - began < 0.5
    wait_for(tried)

    tried.clear()
    go.set()
    bell.ring()
    wait_for(tried)
