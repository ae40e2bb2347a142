"""Who may open a page: a decorator that states it, and the tenant the page then acts in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.audit.record import PLATFORM, record
from apps.tenants.context import acting_as, acting_in
from apps.tenants.identity import proved_recently
from apps.tenants.models import Membership, Tenant, User
from apps.tenants.people import note_use_of_access
from apps.tenants.roles import May, Role, may
from apps.tenants.second_factor import has_no_second_factor
from apps.tenants.support import membership_of_staff

View = Callable[..., HttpResponseBase]

# Secrets, people and the end of an account: a second factor, and proof of identity not older than ten minutes.
SENSITIVE = frozenset({May.CONNECT, May.MANAGE_PEOPLE, May.CLOSE_ACCOUNT})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class TenantRequest(HttpRequest):
    """The request of a signed-in member, as member_required() hands it on."""

    user: User
    tenant: Tenant
    membership: Membership


def person(request: HttpRequest) -> User:
    """The signed-in person of a view behind login_required."""
    assert isinstance(request.user, User)
    return request.user


def member_required(what: May = May.READ, *, own_transactions: bool = False) -> Callable[[View], View]:
    """Let members in whose role allows it and act in their tenant; a stranger gets 404, a lesser role 403.

    The view runs in one transaction of the tenant. A view that talks to the outside world sets `own_transactions`
    and opens short ones itself, because no transaction may span a network call.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: TenantRequest, tenant_id: UUID, *arguments: Any, **named: Any) -> HttpResponseBase:
            _admit(request, tenant_id)
            _refuse_nul(request)
            if not may(request.membership.role, what):
                _note_refusal(request, what)
                raise PermissionDenied
            if lacks_second_factor(request, what):
                messages.warning(
                    request, _("This needs a second factor. Please set one up; then go on where you were.")
                )
                return redirect("mfa_index")
            if what in SENSITIVE and (detour := prove_identity_first(request, request.tenant.id)):
                return detour
            note_use_of_access(request.membership, at=timezone.now())
            response = inner(request, *arguments, **named)
            # What a company sees is neither for shared caches nor for the back button after signing out.
            response.setdefault("Cache-Control", "no-store")
            return response

        @wraps(view)
        def inner(request: TenantRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            if own_transactions:
                return view(request, *arguments, **named)
            with acting_in(request.tenant.id):
                return view(request, *arguments, **named)

        guarded.permission = what  # type: ignore[attr-defined]  # read by the test that walks every route
        return guarded

    return decorate


def lacks_second_factor(request: TenantRequest, what: May) -> bool:
    """Owners, and whoever touches secrets or people, sign in with a second factor; where a company asks so, all."""
    sensitive = request.membership.role == Role.OWNER or what in SENSITIVE or request.user.is_platform_staff
    needed = request.tenant.second_factor_for_all or (settings.MFA_REQUIRED and sensitive)
    return needed and has_no_second_factor(request.user)


def prove_identity_first(request: HttpRequest, tenant_id: UUID | None = None) -> HttpResponseBase | None:
    """For a change by someone whose last proof of identity is ten minutes old: the way to prove it, and back.

    What was sent is not kept meanwhile: it may hold a token or a key.
    """
    if request.method in SAFE_METHODS or proved_recently(request, at=timezone.now()):
        return None
    messages.warning(request, _("Please confirm that it is you. Nothing was changed yet; enter it again afterwards."))
    methods = get_adapter().get_reauthentication_methods(request.user)
    place = str(methods[0]["url"]) if methods else reverse("account_reauthenticate")
    where = f"{place}?{urlencode({'next': _page_before(request, tenant_id)})}"
    if request.headers.get("HX-Request"):  # the whole page goes there, not the part that was asked for
        return HttpResponse(headers={"HX-Redirect": where})
    return redirect(where)


def _page_before(request: HttpRequest, tenant_id: UUID | None) -> str:
    """The page with the form; an address that only takes POST is no place to come back to."""
    before = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return urlsplit(before).path
    return reverse("settings", args=[tenant_id]) if tenant_id else reverse("home")


def _admit(request: TenantRequest, tenant_id: UUID) -> None:
    with acting_as(request.user.id):
        membership = (
            Membership.objects.select_related("tenant").filter(tenant_id=tenant_id, user_id=request.user.id).first()
        )
    membership = membership or membership_of_staff(tenant_id, staff=request.user, path=request.path, at=timezone.now())
    if membership is None:
        with acting_in(PLATFORM):
            data = {"needed": "membership", "path": request.path, "method": request.method}
            record(tenant_id=PLATFORM, event="permission.denied", actor=f"user:{request.user.id}", data=data)
        raise Http404
    request.membership = membership
    request.tenant = membership.tenant


def _refuse_nul(request: TenantRequest) -> None:
    """No form sends it, and PostgreSQL keeps no text with it: 400 here rather than an error further on."""
    for given in (request.GET, request.POST):
        if any("\0" in text for _name, texts in given.lists() for text in texts):
            raise BadRequest


def _note_refusal(request: TenantRequest, what: May) -> None:
    with acting_in(request.tenant.id):
        record(
            tenant_id=request.tenant.id,
            event="permission.denied",
            actor=f"user:{request.user.id}",
            data={"needed": what.value, "path": request.path, "method": request.method},
        )
