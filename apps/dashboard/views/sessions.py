"""A person's own sign-ins: the list, and ending all others after a password or factor is given once more."""

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.views import list_usersessions
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.dashboard.access import person
from apps.dashboard.browsers import browser_named
from apps.tenants.sign_ins import note


@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
def sessions(request: HttpRequest) -> HttpResponseBase:
    """allauth's page (OWASP ASVS 5.0, 7.5.2)."""
    response: HttpResponseBase = list_usersessions(request)
    if request.method == "POST":
        note("person.sessions_ended", person=person(request), by="themselves")
    if isinstance(response, TemplateResponse) and response.context_data and not response.is_rendered:
        for session in response.context_data.get("sessions", []):
            session.user_agent = browser_named(session.user_agent)
    return response
