"""Connecting a Stripe account: which permissions and why, the endpoint by itself or by hand, and letting go."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.connections.models import StripeConnection
from apps.connections.stripe import (
    Connected,
    StripeNotConnected,
    connect_stripe,
    disconnect_stripe,
    enter_signing_secret,
    rotate_signing_secret,
)
from apps.connections.stripe_events import EVENTS
from apps.connections.stripe_permissions import creation_link, wanted_permissions
from apps.connections.stripe_wording import PROBLEMS, WHY
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.forms import SigningSecretForm, StripeKeyForm
from apps.tenants.context import acting_in
from apps.tenants.roles import May


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT, own_transactions=True)
def start_stripe(request: TenantRequest) -> HttpResponse:
    """Check the key by real calls, make the endpoint; where Stripe does not let us, say how to make it by hand."""
    form = StripeKeyForm(request.POST or None)
    if form.is_valid():
        try:
            outcome = connect_stripe(
                request.tenant,
                form.cleaned_data["api_key"],
                by=request.user,
                at=timezone.now(),
                import_from=form.cleaned_data["import_from"],
            )
        except StripeNotConnected as refusal:
            return _page(request, form, refusal=refusal, status=400)
        return _connected(request, outcome)
    return _page(request, form, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT, own_transactions=True)
def signing_secret(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """The manual way: the endpoint's address and events to copy, and its signing secret to paste."""
    connection = _connection(request, connection_id)
    form = SigningSecretForm(request.POST or None)
    if form.is_valid():
        try:
            enter_signing_secret(connection, form.cleaned_data["secret"], by=request.user, at=timezone.now())
        except StripeNotConnected as refusal:
            form.add_error("secret", str(PROBLEMS[refusal.code]))
        else:
            messages.success(request, _("Stripe is connected."))
            return redirect("start", request.tenant.id)
    address = request.build_absolute_uri(reverse("stripe_webhook", args=[connection.endpoint_key]))
    context = {"form": form, "step": 2, "connection": connection, "address": address, "events": sorted(EVENTS)}
    return render(request, "dashboard/signing_secret.html", context, status=400 if form.errors else 200)


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def rotate_stripe_secret(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    try:
        rotate_signing_secret(_connection(request, connection_id), by=request.user, at=timezone.now())
        messages.success(request, _("Stripe signs with a new secret now; the old one is accepted for another day."))
    except StripeNotConnected as refusal:
        messages.error(request, f"{PROBLEMS[refusal.code]} {refusal.detail}".strip())
    return redirect("connections", request.tenant.id)


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def disconnect(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    disconnect_stripe(_connection(request, connection_id), by=request.user, at=timezone.now())
    messages.success(request, _("Disconnected. What was filed stays; the key is wiped."))
    return redirect("connections", request.tenant.id)


def _connected(request: TenantRequest, outcome: Connected) -> HttpResponse:
    if outcome.lacking:
        names = ", ".join(permission.name for permission in outcome.lacking)
        messages.info(request, _("Connected. The key lacks optional permissions: %(names)s.") % {"names": names})
    if outcome.has_endpoint:
        messages.success(request, _("Stripe is connected and its webhook endpoint is made."))
        return redirect("start", request.tenant.id)
    messages.warning(
        request, _("The key works, but Stripe did not let us make the endpoint. Please make it by hand as shown here.")
    )
    return redirect("signing_secret", request.tenant.id, outcome.connection.id)


def _connection(request: TenantRequest, connection_id: UUID) -> StripeConnection:
    with acting_in(request.tenant.id):
        return get_object_or_404(StripeConnection, tenant=request.tenant, id=connection_id)


def _page(
    request: TenantRequest, form: StripeKeyForm, *, status: int, refusal: StripeNotConnected | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "step": 2,
        "permissions": [(permission, WHY[permission.name]) for permission in wanted_permissions()],
        "creation_link": creation_link(),
    }
    if refusal is not None:
        context["problem"] = PROBLEMS[refusal.code]
        context["detail"] = refusal.detail
        context["missing"] = [(permission, WHY[permission.name]) for permission in refusal.missing]
    return render(request, "dashboard/start_stripe.html", context, status=status)
