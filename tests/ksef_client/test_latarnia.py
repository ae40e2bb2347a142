from dataclasses import replace
from datetime import UTC, datetime

import pytest
import responses

from apps.ksef_client import latarnia
from apps.ksef_client.environments import DEMO, TEST
from apps.ksef_client.errors import KsefError
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.latarnia import Availability, Report

URL = str(TEST.latarnia_url)
NOTICE = {
    "id": "1",
    "eventId": 5,
    "category": "MAINTENANCE",
    "type": "MAINTENANCE_ANNOUNCEMENT",
    "title": "Prace",
    "text": "Opis",
    "start": "2026-11-24T16:00:00Z",
    "end": None,
}


def test_the_status_is_read_with_its_notices_and_asked_for_without_a_bearer(
    ksef: Ksef, http: responses.RequestsMock
) -> None:
    http.get(f"{URL}/status", json={"status": "MAINTENANCE", "messages": [NOTICE]})

    report = latarnia.latarnia_status(ksef)

    assert report.availability is Availability.MAINTENANCE
    assert (report.notices[0].event, report.notices[0].ends_at) == ("5", None)
    assert report.notices[0].starts_at == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert "Authorization" not in http.calls[0].request.headers


@pytest.mark.parametrize(("said", "expected"), [("AVAILABLE", "AVAILABLE"), ("DISCO", "UNKNOWN"), (None, "UNKNOWN")])
def test_a_status_nobody_told_us_about_is_unknown(
    ksef: Ksef, http: responses.RequestsMock, said: str | None, expected: str
) -> None:
    http.get(f"{URL}/status", json={"status": said})

    assert latarnia.latarnia_status(ksef) == Report(Availability(expected), ())


def test_all_notices_are_listed(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{URL}/messages", json=[NOTICE, "odd"])

    assert [notice.title for notice in latarnia.latarnia_messages(ksef)] == ["Prace"]


def test_an_environment_without_the_service_is_not_asked(ksef: Ksef, http: responses.RequestsMock) -> None:
    demo = replace(ksef, environment=DEMO)

    assert latarnia.latarnia_status(demo).availability is Availability.UNKNOWN
    assert latarnia.latarnia_messages(demo) == ()
    assert len(http.calls) == 0


@pytest.mark.parametrize("answer", [{"status": 502, "body": "<html>"}, {"body": "[]"}, {"body": ""}])
def test_a_silent_service_is_an_error_and_no_statement_about_ksef(
    ksef: Ksef, http: responses.RequestsMock, answer: dict[str, object]
) -> None:
    http.get(f"{URL}/status", **answer)  # type: ignore[arg-type]

    with pytest.raises(KsefError):
        latarnia.latarnia_status(ksef)
