"""A middleware that answers deliveries before sessions, languages and sign-in are looked at: a machine has none."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

HOOKS = "/hooks/"
_URLS = "apps.stripe_intake.urls"  # alone: the root would look through every page first


class HooksFirst:
    """Stands first in MIDDLEWARE; calls the view of /hooks/… directly and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(HOOKS):
            return self.get_response(request)
        try:
            match = resolve(request.path_info, _URLS)
        except Resolver404:
            # Also an address without its last slash: a redirect would count as a failed delivery.
            return HttpResponse("There is no such endpoint.\n", status=404, content_type="text/plain; charset=utf-8")
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        if isinstance(answer, HttpResponse):
            # CommonMiddleware does this for pages; without it every answer goes out in chunks.
            answer.headers.setdefault("Content-Length", str(len(answer.content)))
        return answer
