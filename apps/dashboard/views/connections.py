"""Where documents come from and where they are filed; secrets are written here and never shown."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.connections.check import Finding, check_connection
from apps.connections.models import KsefConnection, StripeConnection
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.ksef_budget import paying
from apps.dashboard.views.onboarding import ksef_form, save_and_check
from apps.tenants.context import acting_in
from apps.tenants.roles import May


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT, own_transactions=True)
def connections(request: TenantRequest) -> HttpResponse:
    """Both sides with their state; posting the form saves the KSeF access and checks it."""
    form, _active = ksef_form(request)
    finding: Finding | None = None
    if form.is_valid():
        _connection, finding = save_and_check(request, form)
        form, _active = ksef_form(request, fresh=True)
    with acting_in(request.tenant.id):
        context = {
            "section": "settings",
            "form": form,
            "finding": finding,
            "stripe_connections": list(StripeConnection.objects.filter(tenant=request.tenant).order_by("created_at")),
            "ksef_connections": list(KsefConnection.objects.filter(tenant=request.tenant).order_by("environment")),
        }
        return render(request, "dashboard/connections.html", context, status=400 if form.errors else 200)


@require_POST
@member_required(May.CONNECT, own_transactions=True)
def check_ksef(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """Sign in to KSeF now and say what it answered."""
    with acting_in(request.tenant.id):
        connection = get_object_or_404(KsefConnection, tenant=request.tenant, id=connection_id)
    finding = check_connection(connection, clock=timezone.now, observer=paying(connection))
    if finding.ok:
        messages.success(request, _("KSeF let us in. This access works."))
    elif finding.code == "unreachable":
        messages.warning(
            request, _("KSeF cannot be reached right now. Documents wait and are filed by themselves later.")
        )
    elif finding.code == "busy":
        messages.info(request, _("A sign-in is under way already. Please check again in a minute."))
    else:
        messages.error(request, _("KSeF refused this access: %(detail)s") % {"detail": finding.detail})
    return redirect("connections", request.tenant.id)
