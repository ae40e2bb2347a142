"""What the Ministry announces on its status service, which moves legal deadlines and never gates sending (F26)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.utils.dateparse import parse_datetime

from apps.ksef_client.errors import KsefError
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.latarnia import Availability, Notice, latarnia_messages, latarnia_status

from .deadlines import Outage
from .models import Mode, Weather

log = structlog.get_logger()

ASKED_EVERY = timedelta(minutes=5)
# A failure that ended longer ago than this has no document waiting under it.
REMEMBERED = timedelta(days=30)

_MODES = {
    Availability.MAINTENANCE.value: Mode.UNAVAILABLE,
    Availability.FAILURE.value: Mode.FAILURE,
}


def refresh(place: str, ksef: Ksef, *, at: datetime) -> None:
    """Ask the status service, at most every five minutes; when it is down itself, what it said last is stale."""
    weather, _ = Weather.objects.get_or_create(pk=place, defaults={"since": at})
    asked = _moment(weather.announced.get("asked_at"))
    if ksef.environment.latarnia_url is None or (asked and at < asked + ASKED_EVERY):
        return
    try:
        status, notices = latarnia_status(ksef), latarnia_messages(ksef)
    except KsefError as error:
        log.info("latarnia.silent", place=place, why=str(error)[:200])
        announced = weather.announced | {"asked_at": at.isoformat(), "is_stale": True}
    else:
        announced = {
            "asked_at": at.isoformat(),
            "availability": status.availability.value,
            "outages": _outages([*status.notices, *notices]),
            "is_stale": False,
        }
    Weather.objects.filter(pk=place).update(announced=announced)


def _outages(notices: Iterable[Notice]) -> list[dict[str, str | None]]:
    """One outage for each event: from its earliest start to the end its latest notice names."""
    events: dict[str, dict[str, str | None]] = {}
    for notice in sorted(notices, key=lambda one: (one.published_at is not None, one.published_at)):
        if notice.category not in _MODES or notice.starts_at is None:
            continue
        known = events.setdefault(
            notice.event, {"category": notice.category, "since": notice.starts_at.isoformat(), "until": None}
        )
        if notice.ends_at is not None:
            known["until"] = notice.ends_at.isoformat()
    return list(events.values())


def outage_now(place: str, *, at: datetime) -> Outage | None:
    """The announced outage in which a document issued now is issued; a failure goes before maintenance."""
    return _gravest(one for one in outages(place) if one.since <= at and (one.until is None or at < one.until))


def outage_for(place: str, *, issued_at: datetime) -> Outage | None:
    """The announced outage that governs the deadline of a document waiting since then: the one that ends last."""
    touching = [one for one in outages(place) if one.until is None or one.until > issued_at]
    lasting = [one for one in touching if one.until is None]
    return _gravest(lasting) or max(touching, key=lambda one: one.until or one.since, default=None)


def outages(place: str) -> list[Outage]:
    """All outages announced for an installation, as far as we know."""
    weather = Weather.objects.filter(pk=place).first()
    stored: list[Mapping[str, Any]] = weather.announced.get("outages", []) if weather else []
    found = []
    for one in stored:
        since = _moment(one["since"])
        if since is not None:
            found.append(Outage(_MODES[one["category"]], since, _moment(one["until"])))
    return found


def _gravest(found: Iterable[Outage]) -> Outage | None:
    return max(found, key=lambda one: one.mode is Mode.FAILURE, default=None)


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
