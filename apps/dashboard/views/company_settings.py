"""Settings of a company: its data on documents, versioned by date."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.filing_rules import FilingRulesForm
from apps.dashboard.forms import ProfileForm
from apps.dashboard.rule_versions import groups_of, shown_version
from apps.documents.filing_rules import save_filing_rules
from apps.documents.models import MappingSettings
from apps.fa3.calendar import warsaw_date
from apps.registers.own import own_standing
from apps.tenants.models import CompanyProfile
from apps.tenants.profile import FIELDS, save_profile
from apps.tenants.roles import May


@require_safe
@member_required()
def company_settings(request: TenantRequest) -> HttpResponse:
    return render(request, "dashboard/settings.html", {"section": "settings"})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONFIGURE)
def profile(request: TenantRequest) -> HttpResponse:
    """A new version of the company's data; the versions before stay visible."""
    now = timezone.now()
    current = CompanyProfile.objects.of(request.tenant).on(warsaw_date(now))
    initial = {name: getattr(current, name) for name in FIELDS} if current else {}
    form = ProfileForm(request.POST or None, initial=initial | {"valid_from": warsaw_date(now)})
    if form.is_valid():
        values = dict(form.cleaned_data)
        save_profile(request.tenant, values, valid_from=values.pop("valid_from"), by=request.user, at=now)
        messages.success(request, _("Saved. New documents use these data from their day on."))
        return redirect("profile", request.tenant.id)
    versions = CompanyProfile.objects.of(request.tenant).order_by("-valid_from", "-created_at")[:20]
    context = {
        "section": "settings",
        "form": form,
        "versions": versions,
        "standing": own_standing(request.tenant.id, at=now),
    }
    return render(request, "dashboard/profile.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONFIGURE)
def filing_rules(request: TenantRequest) -> HttpResponse:
    """Every choice with what it means; a new version from a day on."""
    now = timezone.now()
    today = warsaw_date(now)
    current = MappingSettings.on(request.tenant.id, today)
    form = FilingRulesForm(request.POST or None, values=current.values if current else {}, valid_from=today)
    if form.is_valid():
        valid_from = form.cleaned_data["valid_from"]
        save_filing_rules(request.tenant, form.values(), valid_from=valid_from, by=request.user, at=now)
        messages.success(request, _("Saved. Documents from that day on are filed by these rules."))
        return redirect("filing_rules", request.tenant.id)
    versions = MappingSettings.objects.filter(tenant=request.tenant).order_by("-valid_from", "-created_at")[:20]
    context = {
        "section": "settings",
        "form": form,
        "groups": groups_of(form),
        "versions": [shown_version(version) for version in versions],
        "today": today,
    }
    return render(request, "dashboard/filing_rules.html", context, status=400 if form.errors else 200)
