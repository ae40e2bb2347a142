"""A company's first page: what waits for a person, where documents stand, how long KSeF takes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.connections.models import KsefConnection, StripeConnection
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.figures import by_status, median_seconds, time_to_receipt
from apps.filings.models import Alarm, Filing


@require_safe
@member_required()
def overview(request: TenantRequest) -> HttpResponse:
    tenant_id, now = request.tenant.id, timezone.now()
    shares = by_status(tenant_id)
    context = {
        "section": "overview",
        "shares": shares,
        "total": sum(share.count for share in shares),
        "times": time_to_receipt(tenant_id, at=now),
        "median": median_seconds(tenant_id, at=now),
        "latest": Filing.objects.filter(tenant_id=tenant_id).order_by("-opened_at", "-id")[:8],
        "alarms": Alarm.objects.filter(tenant_id=tenant_id, cleared_at__isnull=True).order_by("-raised_at"),
        "stripe": StripeConnection.objects.filter(tenant_id=tenant_id).exclude(
            status=StripeConnection.Status.DISCONNECTED
        ),
        "ksef": KsefConnection.objects.active().filter(tenant_id=tenant_id).first(),
    }
    return render(request, "dashboard/overview.html", context)
