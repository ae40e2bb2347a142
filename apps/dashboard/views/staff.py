"""Pages of the platform's own people: which companies there are, how they fare, and the grant to read one."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.dashboard.access import person, prove_identity_first
from apps.filings.companies import company_states
from apps.tenants.platform import tenant_ids
from apps.tenants.second_factor import has_no_second_factor
from apps.tenants.support import LASTS, open_grant

SHOWN = 50
MOST_DIGITS = 6


class GrantForm(forms.Form):
    reason = forms.CharField(label=_("Why you need to read it"), min_length=10, max_length=500)


@require_safe
@login_required
def staff(request: HttpRequest) -> HttpResponse:
    """Every company with its state and errors; no document, name of a buyer or amount."""
    _only_staff(request)
    return _page(request, GrantForm())


@require_POST
@login_required
def grant(request: HttpRequest, company_id: UUID) -> HttpResponseBase:
    _only_staff(request)
    if detour := prove_identity_first(request):
        return detour
    form = GrantForm(request.POST)
    if company_id not in tenant_ids():
        raise Http404
    if not form.is_valid():
        return _page(request, form)
    open_grant(company_id, staff=person(request), reason=form.cleaned_data["reason"], at=timezone.now())
    return redirect("overview", company_id)


def _only_staff(request: HttpRequest) -> None:
    someone = person(request)
    if not someone.is_platform_staff or (settings.MFA_REQUIRED and has_no_second_factor(someone)):
        raise Http404


def _page(request: HttpRequest, form: GrantForm) -> HttpResponse:
    words, page = request.GET.get("q", "").strip()[:100].replace("\0", ""), _number(request.GET.get("page", ""))
    # One more than is shown tells whether there is another page.
    found = company_states(words=words, skip=(page - 1) * SHOWN, most=SHOWN + 1)
    context = {
        "companies": found[:SHOWN],
        "words": words,
        "before": page - 1,
        "after": page + 1 if len(found) > SHOWN else 0,
        "form": form,
        "hours": LASTS.total_seconds() / 3600,
    }
    return render(request, "dashboard/staff.html", context, status=400 if form.errors else 200)


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 1
