"""A session ends after an hour without use and twelve hours after its sign-in, whatever happens in it."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import User
from .sign_ins import note

BEGAN, USED = "began_at", "used_at"
USE_NOTED_EVERY = 60

View = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: View) -> View:
    """Middleware: a session over its time is deleted before any page sees the person."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return get_response(request)
        now = timezone.now()
        why = _over(request.session, now)
        if not why:
            _note_use(request, now)
            return get_response(request)
        note("person.session_ended", person=request.user, why=why)
        request.session.flush()
        request.user = AnonymousUser()
        if _is_poll(request):
            # A part of a page that fetches itself: the page as a whole must go to the sign-in.
            return HttpResponse(headers={"HX-Refresh": "true"})
        messages.info(request, _("You were signed out because your session was over. Please sign in again."))
        return get_response(request)

    return middleware


def _over(session: SessionBase, now: datetime) -> str:
    moment = now.timestamp()
    if moment - session.get(BEGAN, moment) >= settings.SESSION_LASTS_SECONDS:
        return "age"
    if moment - session.get(USED, moment) >= settings.SESSION_IDLE_SECONDS:
        return "idle"
    return ""


def _note_use(request: HttpRequest, now: datetime) -> None:
    moment = int(now.timestamp())
    if BEGAN not in request.session:
        request.session[BEGAN] = request.session[USED] = moment
    elif not _is_poll(request) and moment - request.session[USED] >= USE_NOTED_EVERY:
        request.session[USED] = moment


def _is_poll(request: HttpRequest) -> bool:
    """Pages that watch something ask again every few seconds; that is nobody's use."""
    return request.method == "GET" and "HX-Request" in request.headers
