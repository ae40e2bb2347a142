"""Pages show Warsaw time, the time of KSeF and of the law."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

WARSAW = ZoneInfo("Europe/Warsaw")


def warsaw_time(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(WARSAW):
            return get_response(request)

    return middleware
