"""Latarnia, the Ministry's status service: tells an outage from a fault of ours. Never a gate (API digest, 9.7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.ksef_client import endpoints
from apps.ksef_client.endpoints import Endpoint
from apps.ksef_client.ksef import Answer, Ksef
from apps.ksef_client.reading import Fields
from apps.ksef_client.transport import Request

ANSWER_LIMIT = 1_000_000


class Availability(StrEnum):
    """What Latarnia says; UNKNOWN when it says something new or has no say about this environment."""

    AVAILABLE = "AVAILABLE"
    MAINTENANCE = "MAINTENANCE"
    FAILURE = "FAILURE"
    TOTAL_FAILURE = "TOTAL_FAILURE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Notice:
    """One announcement; failures and maintenance move the deadlines of offline documents (digest, 9.5)."""

    id: str
    event: str
    category: str
    type: str
    title: str
    text: str
    starts_at: datetime | None
    ends_at: datetime | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    availability: Availability
    notices: tuple[Notice, ...]


def latarnia_status(ksef: Ksef) -> Report:
    """What Latarnia says now; KsefError when it cannot be asked, which says nothing about KSeF itself."""
    if ksef.environment.latarnia_url is None:
        return Report(Availability.UNKNOWN, ())
    answer = _ask(ksef, endpoints.LATARNIA_STATUS, ksef.environment.latarnia_url + "/status")
    return answer.into(
        lambda fields: Report(
            _availability(fields.text("status")), tuple(_notice(item) for item in fields.parts("messages"))
        )
    )


def latarnia_messages(ksef: Ksef) -> tuple[Notice, ...]:
    """All announcements, past ones too."""
    if ksef.environment.latarnia_url is None:
        return ()
    answer = _ask(ksef, endpoints.LATARNIA_MESSAGES, ksef.environment.latarnia_url + "/messages")
    return answer.into_list(_notice)


def _ask(ksef: Ksef, endpoint: Endpoint, url: str) -> Answer:
    headers = {"Accept": "application/json", "User-Agent": ksef.user_agent}
    request = Request("GET", url, headers, max_answer=ANSWER_LIMIT, allow_loopback=ksef.environment.is_local)
    return ksef.exchange(endpoint, request)


def _availability(text: str | None) -> Availability:
    try:
        return Availability(text or "")
    except ValueError:
        return Availability.UNKNOWN


def _notice(fields: Fields) -> Notice:
    return Notice(
        fields.text("id") or "",
        fields.text("eventId") or "",
        fields.text("category") or "",
        fields.text("type") or "",
        fields.text("title") or "",
        fields.text("text") or "",
        fields.moment("start"),
        fields.moment("end"),
        fields.moment("published"),
    )
