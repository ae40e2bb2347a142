"""A person's companies, and the founding of a new one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.dashboard.access import person
from apps.dashboard.forms import CompanyForm
from apps.dashboard.queries import companies_of
from apps.tenants.found import CompanyDetails, found_company


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """All companies on one page; with a single one straight to it, with none to founding one."""
    companies = companies_of(person(request).id)
    if not companies:
        return redirect("new_company")
    if len(companies) == 1 and "all" not in request.GET:
        return redirect("overview", companies[0].tenant.id)
    return render(request, "dashboard/companies.html", {"companies": companies})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_company(request: HttpRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None)
    if form.is_valid():
        tenant = found_company(CompanyDetails(**form.cleaned_data), owner=person(request), at=timezone.now())
        return redirect("start", tenant.id)
    return render(request, "dashboard/new_company.html", {"form": form, "step": 1})
