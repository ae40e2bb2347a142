"""What each request is known by: a number and its address for logs and audit; nothing outlives the request."""

import re
import uuid
from collections.abc import Callable

import structlog
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse

from apps.audit.origin import coming_from

GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")

View = Callable[[HttpRequest], HttpResponse]


def request_context(get_response: View) -> View:
    """Middleware: bind the request's number to every log line and its address to every audit entry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        number = request.headers.get("X-Request-ID", "")
        if not GIVEN.fullmatch(number):
            number = str(uuid.uuid4())
        request.number = number  # type: ignore[attr-defined]  # for what Django logs about the request afterwards
        structlog.contextvars.clear_contextvars()
        with structlog.contextvars.bound_contextvars(request=number), coming_from(get_client_ip(request) or ""):
            response = get_response(request)
        response["X-Request-ID"] = number
        return response

    return middleware
