"""One KSeF connection: what it may do, when its access ends, and the way to a certificate, step by step."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.connections.certificate_requests import begin, latest_request
from apps.connections.credential_end import end_of_offline_certificate, set_token_end
from apps.connections.enrolment import (
    FOR_A_PERSON,
    abandon,
    advance,
    place_of,
    revoke_replaced_token,
    sign,
    step_of,
    use_connection,
)
from apps.connections.models import CertificateRequest, KsefConnection
from apps.connections.rights import rights_of
from apps.connections.signature import FileTooOld, file_to_sign
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.ksef_budget import caller_for
from apps.dashboard.ksef_forms import SignedFileForm, SigningKeyForm, TokenEndForm, said
from apps.filings.doorbell import ring_for_changes
from apps.ksef_client.credentials import CredentialProblem
from apps.ksef_client.errors import KsefError
from apps.ksef_client.moving import STEPS, Step
from apps.tenants.context import acting_in
from apps.tenants.roles import May

Purpose = CertificateRequest.Purpose


@dataclass(frozen=True, slots=True)
class Way:
    """The connection, which certificate the page is about, and its latest request."""

    connection: KsefConnection
    purpose: Purpose
    request: CertificateRequest | None

    @property
    def is_open(self) -> bool:
        return self.request is not None and self.request.ended_at is None


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT, own_transactions=True)
def ksef_connection(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """The connection with its dates; posting sets the last day of the token."""
    connection = _connection(request, connection_id)
    form = TokenEndForm(request.POST or None, initial={"last_day": connection.token_ends_on})
    if form.is_valid():
        with acting_in(request.tenant.id):
            set_token_end(connection, form.cleaned_data["last_day"], by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("ksef_connection", request.tenant.id, connection_id)
    context = {
        "section": "settings",
        "connection": connection,
        "offline_until": end_of_offline_certificate(connection),
        "form": form,
        "ended": bool(connection.credential_expires_at and connection.credential_expires_at <= timezone.now()),
    }
    return render(request, "dashboard/ksef_connection.html", context, status=400 if form.errors else 200)


@require_safe
@member_required(May.CONNECT, own_transactions=True)
def ksef_rights(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """What KSeF lets this access do, asked now."""
    connection = _connection(request, connection_id)
    rights = rights_of(connection, caller=caller_for(connection))
    context = {
        "section": "settings",
        "connection_id": connection_id,
        "rights": rights,
        "sentences": [(ability.is_given, said(ability)) for ability in rights.abilities],
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "dashboard/parts/ksef_rights.html" if part else "dashboard/ksef_rights.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT, own_transactions=True)
def ksef_certificate(request: TenantRequest, connection_id: UUID, purpose: str) -> HttpResponse:
    """The guided way; posting begins it, or hands in a signature."""
    way = _way(request, connection_id, purpose)
    if request.method == "POST" and not way.is_open:
        _begin(request, way)
        return _again(request, way)
    file_form, key_form = SignedFileForm(), SigningKeyForm()
    if request.method == "POST" and "key_password" in request.POST:
        key_form = SigningKeyForm(request.POST, request.FILES)
        if key_form.is_valid() and key_form.credential:
            sign(_request_of(way), key_form.credential, caller=caller_for(way.connection))
            return _again(request, way)
    elif request.method == "POST":
        file_form = SignedFileForm(request.POST, request.FILES)
        if file_form.is_valid() and _hand_in(file_form, way):
            return _again(request, way)
    wrong = bool(file_form.errors or key_form.errors)
    return _page(request, way, file_form=file_form, key_form=key_form, status=400 if wrong else 200)


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def ksef_sign_in_file(request: TenantRequest, connection_id: UUID, purpose: str) -> HttpResponse:
    """The file to be signed elsewhere: with the Trusted Profile, a card, or another program."""
    way = _way(request, connection_id, purpose)
    if not way.is_open or step_of(_request_of(way)) is not Step.SIGN_IN_BY_SIGNATURE:
        return _again(request, way)
    try:
        content = file_to_sign(place_of(_request_of(way), caller=caller_for(way.connection)))
    except KsefError:
        messages.warning(request, _("KSeF cannot be reached right now. Please try again in a few minutes."))
        return _again(request, way)
    disposition = f'attachment; filename="ksef-{way.connection.context_nip}.xml"'
    return HttpResponse(content, content_type="application/xml", headers={"Content-Disposition": disposition})


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def ksef_certificate_next(request: TenantRequest, connection_id: UUID, purpose: str) -> HttpResponse:
    """Take the next step and show where things stand; the page does this by itself every few seconds."""
    way = _way(request, connection_id, purpose)
    if way.is_open:
        advance(_request_of(way), caller=caller_for(way.connection))
        ring_for_changes()
    if request.headers.get("HX-Request"):
        return _page(request, _way(request, connection_id, purpose), part=True)
    return _again(request, way)


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def ksef_certificate_end(request: TenantRequest, connection_id: UUID, purpose: str) -> HttpResponse:
    """Give the request up, or close it when the certificate is in use."""
    way = _way(request, connection_id, purpose)
    if way.is_open:
        abandon(_request_of(way), by=request.user, at=timezone.now())
    return redirect("ksef_connection", request.tenant.id, connection_id)


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def ksef_revoke_token(request: TenantRequest, connection_id: UUID, purpose: str) -> HttpResponse:
    """Revoke in KSeF the token that the certificate has replaced."""
    way = _way(request, connection_id, purpose)
    if way.is_open and step_of(_request_of(way)) is Step.REVOKE_TOKEN:
        if revoke_replaced_token(_request_of(way), caller=caller_for(way.connection)):
            messages.success(request, _("KSeF has revoked the token."))
        else:
            messages.warning(request, _("KSeF did not revoke the token. You can do it in the KSeF application."))
    return _again(request, way)


def _page(request: TenantRequest, way: Way, *, part: bool = False, status: int = 200, **forms: Any) -> HttpResponse:
    found = way.request
    step = step_of(found) if found else None
    context = {
        "section": "settings",
        "connection": way.connection,
        "purpose": way.purpose.value,
        "found": found,
        "is_open": way.is_open,
        "step": step.name.lower() if step else "",
        "sentence": said(STEPS[step]) if step else "",
        "next_sentence": _next_sentence(step),
        "problem": said(_Problem(found.problem_pl, found.problem_en)) if found else "",
        # The program goes on by itself, unless a person has the next step.
        "runs": way.is_open and (step is Step.DONE or step not in FOR_A_PERSON),
        "stage": _STAGES.get(step, 4) if step else 0,
        "file_form": SignedFileForm(),
        "key_form": SigningKeyForm(),
        **forms,
    }
    template = "dashboard/parts/certificate_progress.html" if part else "dashboard/ksef_certificate.html"
    return render(request, template, context, status=status)


_STAGES = {
    Step.SIGN_IN_BY_SIGNATURE: 1,
    Step.WAIT_FOR_SIGN_IN: 1,
    Step.REQUEST_CERTIFICATE: 2,
    Step.LOOK_FOR_REQUEST: 2,
    Step.WAIT_FOR_CERTIFICATE: 2,
    Step.RETRIEVE_CERTIFICATE: 2,
    Step.GRANT_RIGHTS: 3,
    Step.TRY_CERTIFICATE: 3,
    Step.SWITCH: 3,
}


@dataclass(frozen=True, slots=True)
class _Problem:
    pl: str
    en: str


def _next_sentence(step: Step | None) -> str:
    if step is None or step not in FOR_A_PERSON or step is Step.DONE:
        return ""
    return said(_Problem(STEPS[step].next_pl, STEPS[step].next_en))


def _begin(request: TenantRequest, way: Way) -> None:
    found = begin(way.connection, way.purpose, by=request.user, at=timezone.now())
    if way.connection.method == KsefConnection.Method.CERTIFICATE and "sign" not in request.POST:
        use_connection(found)


def _hand_in(form: SignedFileForm, way: Way) -> bool:
    try:
        sign(_request_of(way), form.cleaned_data["signed"], caller=caller_for(way.connection))
    except CredentialProblem as problem:
        form.add_error("signed", said(problem))
        return False
    except FileTooOld:
        form.add_error("signed", _("This file is too old: KSeF takes it for ten minutes. Please download a new one."))
        return False
    return True


def _connection(request: TenantRequest, connection_id: UUID) -> KsefConnection:
    with acting_in(request.tenant.id):
        return get_object_or_404(KsefConnection, tenant=request.tenant, id=connection_id)


def _way(request: TenantRequest, connection_id: UUID, purpose: str) -> Way:
    connection = _connection(request, connection_id)
    if purpose not in Purpose.values:
        raise Http404
    with acting_in(request.tenant.id):
        return Way(connection, Purpose(purpose), latest_request(connection, purpose))


def _request_of(way: Way) -> CertificateRequest:
    assert way.request is not None
    return way.request


def _again(request: TenantRequest, way: Way) -> HttpResponse:
    return redirect("ksef_certificate", request.tenant.id, way.connection.id, way.purpose.value)
