"""Without Redis nothing is rung for, and everything goes on all the same (R18)."""

from celery.schedules import crontab
from django.conf import settings

from apps.filings.heart import SILENCE, Heart, intervals_of


class Wrist:
    """A clock that is moved by hand, and what was run."""

    def __init__(self) -> None:
        self.now = 100.0
        self.ran: list[str] = []

    def heart(self) -> Heart:
        return Heart({"tick": 1.0, "sweep": 30.0}, self.ran.append, clock=lambda: self.now)

    def live(self, heart: Heart, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            heart.beat()


def test_as_long_as_a_bell_is_heard_nothing_is_done_unasked() -> None:
    wrist = Wrist()
    heart = wrist.heart()

    for _ in range(20):
        wrist.live(heart, 10)
        heart.hear()

    assert wrist.ran == []


def test_in_silence_each_task_is_done_as_often_as_beat_would_ring() -> None:
    wrist = Wrist()
    heart = wrist.heart()

    wrist.live(heart, int(SILENCE) + 60)

    assert 58 <= wrist.ran.count("tick") <= 62
    assert 2 <= wrist.ran.count("sweep") <= 3


def test_it_falls_silent_when_the_broker_is_back() -> None:
    wrist = Wrist()
    heart = wrist.heart()
    wrist.live(heart, int(SILENCE) + 5)
    done = len(wrist.ran)
    heart.hear()

    wrist.live(heart, int(SILENCE) - 1)

    assert len(wrist.ran) == done > 0


def test_a_task_that_fails_stops_no_other() -> None:
    wrist = Wrist()

    def run(name: str) -> None:
        wrist.ran.append(name)
        if name == "tick":
            raise RuntimeError

    heart = Heart({"tick": 1.0, "sweep": 30.0}, run, clock=lambda: wrist.now)
    wrist.live(heart, int(SILENCE) + 2)

    assert {"tick", "sweep"} <= set(wrist.ran)


def test_all_that_filing_needs_is_among_the_frequent_tasks() -> None:
    frequent = intervals_of(settings.CELERY_BEAT_SCHEDULE)

    assert {"apps.filings.tasks.tick", "apps.filings.tasks.sweep", "apps.filings.tasks.night"} <= set(frequent)
    assert intervals_of({"rare": {"task": "x", "schedule": crontab(hour=1)}}) == {}
