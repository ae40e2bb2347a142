"""The audit log by period, person and kind, as a page and as CSV."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from apps.archive.csv_files import csv_lines
from apps.audit.columns import COLUMNS, as_columns
from apps.audit.models import AuditEntry
from apps.audit.verify import verify
from apps.audit.words import with_words
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.audit_sentences import sentence_of
from apps.tenants.models import Membership
from apps.tenants.roles import May

SHOWN = 200
EXPORTED = 100_000


@require_safe
@member_required(May.READ_AUDIT)
def audit(request: TenantRequest) -> HttpResponse:
    entries = _chosen(request)
    people = {
        f"user:{member.user_id}": member.user.email
        for member in Membership.objects.filter(tenant=request.tenant).select_related("user")
    }
    shown = with_words(entries[:SHOWN])
    context = {
        "section": "settings",
        "entries": [
            (told, people.get(told.entry.actor, told.entry.actor), sentence_of(told.entry.event)) for told in shown
        ],
        "is_cut": len(shown) == SHOWN,
        "people": people,
        "kinds": sorted(
            AuditEntry.objects.filter(tenant_id=request.tenant.id).values_list("event", flat=True).distinct().order_by()
        ),
        "report": verify(request.tenant.id) if "verify" in request.GET else None,
    }
    return render(request, "dashboard/audit.html", context)


@require_safe
@member_required(May.READ_AUDIT)
def audit_csv(request: TenantRequest) -> HttpResponse:
    header = [name for name in COLUMNS if name != "previous"]  # of a selection there is no chain to follow
    chosen = (as_columns(told) for told in with_words(_chosen(request)[:EXPORTED]))
    rows = ([columns[name] for name in header] for columns in chosen)
    response = HttpResponse("".join(csv_lines(header, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _chosen(request: TenantRequest) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.filter(tenant_id=request.tenant.id).order_by("-sequence")
    since, until = _day(request.GET.get("since")), _day(request.GET.get("until"))
    if since:
        entries = entries.filter(at__date__gte=since)
    if until:
        entries = entries.filter(at__date__lte=until)
    if not since and not until:
        entries = entries.filter(at__gte=timezone.now() - timedelta(days=90))
    if actor := request.GET.get("person"):
        entries = entries.filter(actor=actor)
    if kind := request.GET.get("kind"):
        entries = entries.filter(event=kind)
    return entries


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None
