"""Is anything missing? The page and the file that an accountant keeps with the month."""

from collections.abc import Iterator
from datetime import MAXYEAR, date, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.archive.csv_files import csv_lines
from apps.audit.record import record
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.amounts import amounts
from apps.dashboard.completeness import completeness, documents_of, open_documents
from apps.dashboard.templatetags.ksefkit import major
from apps.filings.compare_soon import compare_soon
from apps.filings.models import Filing, Lane
from apps.filings.states import Label
from apps.stripe_intake.doorbell import ring
from apps.stripe_intake.errands import Hint, want
from apps.stripe_intake.models import StripeErrand
from apps.tenants.roles import May

# A comparison costs requests of KSeF's hourly budget, which filing needs more.
PAUSE = timedelta(minutes=10)


@require_safe
@member_required()
def complete(request: TenantRequest) -> HttpResponse:
    context = {
        "section": "completeness",
        "report": completeness(request.tenant.id, at=timezone.now()),
        "open_documents": open_documents(request.tenant.id),
        "labels": Label,
    }
    part = "dashboard/parts/completeness_live.html" if request.headers.get("HX-Request") else None
    return render(request, part or "dashboard/completeness.html", context)


@require_safe
@member_required()
def month_amounts(request: TenantRequest) -> HttpResponse:
    """A month in money: Stripe beside KSeF, by currency and VAT rate."""
    asked = _day(f"{request.GET.get('month', '')}-01")
    # The last month that a date can name has no end that one can name.
    first = asked if asked and asked.year < MAXYEAR else timezone.localdate().replace(day=1)
    context = {"section": "completeness", "amounts": amounts(request.tenant.id, first)}
    return render(request, "dashboard/month_amounts.html", context)


@require_safe
@member_required()
def complete_csv(request: TenantRequest) -> HttpResponse:
    """Every document of a period with its proof; cells and columns that a spreadsheet reads."""
    first, last = _day(request.GET.get("since")), _day(request.GET.get("until"))
    header = ["number", "kind", "stripe_id", "buyer", "issued", "total", "currency", "status", "reason"]
    header += ["ksef_number", "accepted_at", "receipt_stored_at", "sha256"]
    filings = documents_of(request.tenant.id, first=first, last=last)
    # Put together at once: what streams later would run outside the tenant's transaction.
    content = "".join(csv_lines(header, (list(_cells(filing)) for filing in filings.iterator(chunk_size=2_000))))
    period = "-".join(day.isoformat() for day in (first, last) if day) or "all"
    name = f"ksefkit-{request.tenant.nip}-{period}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@member_required(May.DECIDE)
def compare_now(request: TenantRequest) -> HttpResponse:
    """Have Stripe's and KSeF's lists read again by the workers, now."""
    tenant_id, now = request.tenant.id, timezone.now()
    if Lane.objects.filter(tenant_id=tenant_id, compared_until__gt=now - PAUSE).exists():
        messages.info(request, _("Both sides were compared within the last ten minutes."))
        return redirect("completeness", tenant_id)
    sides = completeness(tenant_id, at=now).stripe
    for side in sides:
        hints = [Hint(StripeErrand.Kind.COMPARE), Hint(StripeErrand.Kind.EVENTS)]
        want(tenant_id, side.connection.id, hints, at=now)
    compare_soon(tenant_id, at=now)
    record(tenant_id=tenant_id, event="comparison.wanted", actor=f"user:{request.user.id}", at=now)
    transaction.on_commit(ring)
    messages.success(request, _("Stripe and KSeF are being asked now. The dates below change when they answered."))
    return redirect("completeness", tenant_id)


def _cells(filing: Filing) -> Iterator[object]:
    yield from (filing.number, filing.kind, filing.stripe_id, filing.buyer_name)
    yield timezone.localtime(filing.issued_at).date().isoformat() if filing.issued_at else ""
    total = major(filing.total_minor, filing.currency)
    yield from ("" if total is None else f"{total:f}", filing.currency.upper(), filing.label.label, filing.reason_code)
    yield from (filing.ksef_number, _moment(filing.accepted_at), _moment(filing.receipted_at))
    yield bytes(filing.invoice_hash).hex() if filing.invoice_hash else ""


def _moment(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else ""


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None
