"""KSeF weather: does KSeF answer, what waits here, how long it takes, what happens next."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.dashboard.access import TenantRequest, member_required
from apps.filings.models import Difference
from apps.filings.queries import open_alarms, weather_of


@require_safe
@member_required()
def weather(request: TenantRequest) -> HttpResponse:
    tenant_id = request.tenant.id
    context = {
        "section": "weather",
        "lanes": weather_of(tenant_id, at=timezone.now()),
        "alarms": open_alarms(tenant_id),
        "differences": Difference.objects.filter(tenant_id=tenant_id, settled_at__isnull=True).order_by("-found_at")[
            :100
        ],
    }
    template = "dashboard/parts/weather_live.html" if request.headers.get("HX-Request") else "dashboard/weather.html"
    return render(request, template, context)
