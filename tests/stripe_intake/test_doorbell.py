"""Many rings are heard as few, the last one always; a broker that is down delays nobody."""

import threading

from apps.stripe_intake.doorbell import Doorbell


def wait_for(met: threading.Event) -> None:
    assert met.wait(30)


def test_the_last_ring_is_always_heard() -> None:
    rung = 0
    heard: list[int] = []
    last = threading.Event()

    def send() -> None:
        heard.append(rung)
        if rung == 200:
            last.set()

    bell = Doorbell(send, pause=0.02)
    for rung in range(1, 201):  # noqa: B007 what is sent knows how many rings it answers
        bell.ring()

    wait_for(last)
    assert len(heard) < 200


def test_a_broker_that_hangs_or_fails_delays_nobody() -> None:
    tried, go, failed = threading.Event(), threading.Event(), threading.Event()

    def hang_then_fail() -> None:
        tried.set()
        wait_for(go)
        failed.set()
        raise ConnectionError

    bell = Doorbell(hang_then_fail, pause=0.01)
    bell.ring()
    wait_for(tried)

    for _ in range(100):
        bell.ring()

    assert not failed.is_set(), "a ring waited for the broker"
    tried.clear()
    go.set()
    wait_for(tried)
