"""What machines that watch this service ask: does the process answer, is the database there, is work being done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

log = structlog.get_logger(__name__)

LIVE, READY, WORK = "/health/live", "/health/ready", "/health/work"
# The sweep comes every 30 s: what has been due for so long, nobody is doing.
STANDSTILL = timedelta(minutes=10)


def overdue(*, at: datetime) -> timedelta:
    """How long the most overdue work of all companies has waited for a worker; zero when all is in time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ksefkit_overdue_seconds(%s)", [at])
        return timedelta(seconds=cursor.fetchone()[0])


class HealthFirst:
    """Answers /health/… before host names, redirects and sessions are looked at; a probe has none of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in (LIVE, READY, WORK):
            return self.get_response(request)
        if request.path_info == LIVE:
            return _answer({"process": "answers"})
        try:
            late = overdue(at=timezone.now())
        except Error:
            log.warning("health.database_away", exc_info=True)
            return _answer({"database": "away"}, ok=False)
        if request.path_info == READY:
            return _answer({"database": "there"})
        return _answer({"database": "there", "overdue_seconds": int(late.total_seconds())}, ok=late <= STANDSTILL)


def _answer(facts: dict[str, str | int], *, ok: bool = True) -> JsonResponse:
    answer = JsonResponse(facts, status=HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer
