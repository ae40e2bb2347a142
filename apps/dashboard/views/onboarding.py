"""Setting up, step by step: Stripe, KSeF, and the first document arriving."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.connections.check import Finding, check_connection
from apps.connections.connect_ksef import KsefAccess
from apps.connections.made_up import ProdBesideMadeUp
from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.token_keeper import TokenNotKept, connect_and_keep
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.forms import KsefConnectionForm
from apps.dashboard.ksef_budget import paying
from apps.filings.doorbell import ring_for_changes
from apps.filings.models import Filing
from apps.tenants.context import acting_in
from apps.tenants.roles import May
from apps.tenants.second_factor import has_no_second_factor

PROD = KsefConnection.Environment.PROD


@require_safe
@member_required(May.CONNECT)
def start(request: TenantRequest) -> HttpResponse:
    """To the first step that is not done."""
    if not connected_stripe(request.tenant.id):
        return redirect("start_stripe", request.tenant.id)
    if not KsefConnection.objects.active().filter(tenant=request.tenant).exists():
        return redirect("start_ksef", request.tenant.id)
    return redirect("first_document", request.tenant.id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT, own_transactions=True)
def start_ksef(request: TenantRequest) -> HttpResponse:
    """Save the access, then really sign in with it and say what KSeF answered."""
    form, connection = ksef_form(request)
    finding: Finding | None = None
    if form.is_valid():
        connection, finding = save_and_check(request, form)
        if finding.ok and "next" in request.POST:
            return redirect("first_document", request.tenant.id)
    context = {"form": form, "step": 3, "connection": connection, "finding": finding}
    return render(request, "dashboard/start_ksef.html", context, status=400 if form.errors else 200)


@require_safe
@member_required()
def first_document(request: TenantRequest) -> HttpResponse:
    """Waits for the first document and shows it arrive; the part that changes is fetched every two seconds."""
    latest = Filing.objects.filter(tenant=request.tenant).order_by("-opened_at", "-id")[:5]
    context = {
        "step": 4,
        "latest": latest,
        "stripe": connected_stripe(request.tenant.id),
        "ksef": KsefConnection.objects.active().filter(tenant=request.tenant).first(),
    }
    template = (
        "dashboard/parts/first_document.html" if request.headers.get("HX-Request") else "dashboard/first_document.html"
    )
    return render(request, template, context)


def connected_stripe(tenant_id: UUID) -> StripeConnection | None:
    return (
        StripeConnection.objects.filter(tenant_id=tenant_id)
        .exclude(status=StripeConnection.Status.DISCONNECTED)
        .order_by("created_at")
        .first()
    )


def ksef_form(request: TenantRequest, *, fresh: bool = False) -> tuple[KsefConnectionForm, KsefConnection | None]:
    """The form with what was posted (unless `fresh`), and the connection in use."""
    with acting_in(request.tenant.id):
        connections = {row.environment: row for row in KsefConnection.objects.filter(tenant=request.tenant)}
    active = next((row for row in connections.values() if row.is_active), None)
    wanted = connections.get(request.POST.get("environment", ""))
    form = KsefConnectionForm(
        None if fresh else request.POST or None,
        None if fresh else request.FILES or None,
        nip=request.tenant.nip,
        has_token=bool(wanted and (wanted.token_sealed or wanted.private_key_sealed)),
        local=bool(settings.KSEF_LOCAL_URL),
        initial={"environment": active.environment} if active else None,
    )
    if form.is_valid() and form.cleaned_data["environment"] == PROD and has_no_second_factor(request.user):
        # Also where MFA_REQUIRED is off: what is filed on PROD is an issued invoice.
        form.add_error("environment", _("PROD needs a second factor. Please set one up under “Your sign-in” first."))
    return form, active


def save_and_check(request: TenantRequest, form: KsefConnectionForm) -> tuple[KsefConnection | None, Finding]:
    access = KsefAccess(
        environment=KsefConnection.Environment(form.cleaned_data["environment"]),
        token=form.cleaned_data["token"],
        certificate=form.credential,
    )
    try:
        connection = connect_and_keep(request.tenant, access, by=request.user, at=timezone.now())
    except TokenNotKept as trouble:
        return None, Finding(ok=False, code="not_kept", detail=str(trouble))
    except ProdBesideMadeUp as refusal:
        return None, Finding(ok=False, code="made_up", detail=str(refusal))
    finding = check_connection(connection, clock=timezone.now, observer=paying(connection))
    ring_for_changes()
    return connection, finding
