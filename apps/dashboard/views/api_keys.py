"""Keys for programs: made, shown once, revoked."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.forms import ApiKeyForm
from apps.tenants.api_keys import keys_left_behind, make_key, revoke_key, revoke_keys_left_behind
from apps.tenants.models import ApiKey
from apps.tenants.roles import May


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(May.CONNECT)
def api_keys(request: TenantRequest) -> HttpResponse:
    """The list of keys; the answer to a POST is the only page that ever shows a key."""
    form = ApiKeyForm(request.POST or None)
    made, now = None, timezone.now()
    if form.is_valid():
        made = make_key(
            request.tenant,
            name=form.cleaned_data["name"],
            scope=ApiKey.Scope(form.cleaned_data["scope"]),
            by=request.user,
            at=now,
            expires_at=now + timedelta(days=days) if (days := form.cleaned_data["days"]) else None,
        )
        form = ApiKeyForm()
    keys = ApiKey.objects.filter(tenant=request.tenant).select_related("created_by").order_by("-created_at")
    context = {"section": "settings", "form": form, "keys": keys, "made": made, "now": now}
    context["left_behind"] = keys_left_behind(request.tenant.id, at=now)
    response = render(request, "dashboard/api_keys.html", context, status=400 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@member_required(May.CONNECT)
def revoke_api_key(request: TenantRequest, key_id: UUID) -> HttpResponse:
    revoke_key(get_object_or_404(ApiKey, tenant=request.tenant, id=key_id), by=request.user, at=timezone.now())
    messages.success(request, _("The key no longer works."))
    return redirect("api_keys", request.tenant.id)


@require_POST
@member_required(May.CONNECT)
def revoke_left_behind(request: TenantRequest) -> HttpResponse:
    """End every key of those who left or may not make keys any more."""
    count = revoke_keys_left_behind(request.tenant.id, by=request.user, at=timezone.now())
    told = ngettext("%(count)d key no longer works.", "%(count)d keys no longer work.", count) % {"count": count}
    messages.success(request, told)
    return redirect("api_keys", request.tenant.id)
