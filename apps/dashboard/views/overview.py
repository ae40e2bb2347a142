"""A company's first page: what waits for a person, where documents stand, how long KSeF takes."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.connections.models import KsefConnection, StripeConnection
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.figures import by_status, silent_ksef, time_to_receipt
from apps.filings.models import Filing
from apps.filings.queries import median_seconds, near_deadline, open_alarms
from apps.registers.models import RegisterAnswer
from apps.registers.own import own_standing
from apps.tenants.api_keys import keys_left_behind
from apps.tenants.roles import May, may

NEAR = timedelta(hours=24)
# What came just now is on its way; nobody need worry about it.
SETTLING = timedelta(minutes=15)
SHOWN = 5
DENIED = RegisterAnswer.Outcome.DENIED


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
        "alarms": open_alarms(tenant_id),
        "silent": silent_ksef(tenant_id),
        "urgent": near_deadline(tenant_id, before=now + NEAR, opened_before=now - SETTLING, shown=SHOWN),
        "denied": [answer for answer in own_standing(tenant_id, at=now) if answer.outcome == DENIED],
        "left_behind": keys_left_behind(tenant_id, at=now) if may(request.membership.role, May.CONNECT) else [],
        "stripe": StripeConnection.objects.filter(tenant_id=tenant_id).exclude(
            status=StripeConnection.Status.DISCONNECTED
        ),
        "ksef": KsefConnection.objects.active().filter(tenant_id=tenant_id).first(),
    }
    return render(request, "dashboard/overview.html", context)
