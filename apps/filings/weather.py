"""How KSeF answers, as all workers behind one address see it: when nobody gets through, only a probe goes out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from apps.ksef_client.environments import Environment
from apps.ksef_client.ksef import Exchange

from .models import Weather
from .schedule import next_probe

log = structlog.get_logger()

DOWN_AFTER = 4  # failures in a row
BLOCKED_PAUSE = timedelta(minutes=5)
PROBE_TIME = timedelta(seconds=20)  # how long a probe may take before another goes out
SUCCESS_NOTED_EVERY = timedelta(seconds=20)

State = Weather.State


def place_of(environment: Environment) -> str:
    """One KSeF installation as seen from one of our addresses."""
    return f"{environment.base_url}|{settings.KSEF_EGRESS}"


class KsefClosed(Exception):
    """KSeF is out of reach for everybody behind our address; nothing was asked."""

    def __init__(self, until: datetime, *, since: datetime, is_blocked: bool) -> None:
        super().__init__(f"closed until {until}")
        self.until, self.since, self.is_blocked = until, since, is_blocked


def demand_open(place: str, *, at: datetime) -> None:
    """Raise KsefClosed unless a request may go out. While KSeF is down the first to ask becomes the probe."""
    weather = Weather.objects.filter(pk=place, state__in=[State.DOWN, State.BLOCKED]).first()
    if weather is None or weather.probe_at is None:
        return
    until = weather.probe_at
    if until <= at:
        if Weather.objects.filter(pk=place, probe_at=until).update(probe_at=at + PROBE_TIME):
            return
        until = at + PROBE_TIME
    raise KsefClosed(until, since=weather.since, is_blocked=weather.state == State.BLOCKED)


def note(place: str, exchanges: Sequence[Exchange], *, at: datetime) -> None:
    """Learn from the requests of one step. Any answer of KSeF's own, a refusal included, shows that it works."""
    failed = [exchange for exchange in exchanges if _failed(exchange)]
    if len(failed) < len(exchanges):
        _succeeded(place, at)
    if exchanges and _failed(exchanges[-1]):
        _failed_again(place, failed, at)


def blocked(place: str, text: str, *, at: datetime) -> None:
    """The firewall in front of KSeF refuses our address: everybody behind it pauses, and one alarm is raised."""
    Weather.objects.get_or_create(pk=place, defaults={"since": at})
    turned = Weather.objects.filter(~Q(state=State.BLOCKED), pk=place).update(
        state=State.BLOCKED, since=at, last_failure=text[:300], probe_at=at + BLOCKED_PAUSE
    )
    Weather.objects.filter(pk=place).update(failures=F("failures") + 1, probe_at=at + BLOCKED_PAUSE)
    if turned:
        log.error("ksef.address_blocked", place=place)


def _failed(exchange: Exchange) -> bool:
    # A web page in place of an answer is no sign that KSeF works, whatever its status.
    return exchange.http_status is None or exchange.http_status >= 500 or exchange.is_waf


def _succeeded(place: str, at: datetime) -> None:
    weather, _ = Weather.objects.get_or_create(pk=place, defaults={"since": at, "last_success_at": at})
    if weather.state == State.FINE and weather.last_success_at and at < weather.last_success_at + SUCCESS_NOTED_EVERY:
        return
    # Only one worker sees the weather turn.
    turned = Weather.objects.filter(~Q(state=State.FINE), pk=place).update(state=State.FINE, since=at)
    Weather.objects.filter(pk=place).update(failures=0, probe_at=None, last_success_at=at)
    if turned and weather.state in {State.DOWN, State.BLOCKED}:
        log.info("ksef.answers_again", place=place, down_since=weather.since.isoformat())
        with connection.cursor() as cursor:
            cursor.execute("SELECT ksefkit_wake_place(%s, %s)", [place, at])


def _failed_again(place: str, failed: Sequence[Exchange], at: datetime) -> None:
    weather, _ = Weather.objects.get_or_create(pk=place, defaults={"since": at})
    failures = weather.failures + 1
    text = _words(failed[-1])
    state = State.DOWN if failures >= DOWN_AFTER else State.TROUBLED
    probe_at = at + next_probe(failures - DOWN_AFTER) if state == State.DOWN else None
    if weather.state == State.BLOCKED:
        state, probe_at = State.BLOCKED, at + BLOCKED_PAUSE
    Weather.objects.filter(pk=place).update(failures=F("failures") + 1, last_failure=text, probe_at=probe_at)
    turned = Weather.objects.filter(~Q(state=state), pk=place).update(state=state, since=at)
    if turned and state == State.DOWN:
        log.error("ksef.down", place=place, last=text)


def _words(exchange: Exchange) -> str:
    answer = f"HTTP {exchange.http_status}" if exchange.http_status else "no answer"
    return f"{exchange.endpoint}: {answer}"[:300]
