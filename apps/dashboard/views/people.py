"""Who belongs to the company: invite, change a role, let go, and the periodic look at who has access."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.dashboard.access import TenantRequest, member_required, person
from apps.dashboard.forms import InvitationForm, RoleForm
from apps.tenants.api_keys import keys_left_behind
from apps.tenants.models import Invitation, Membership
from apps.tenants.people import (
    AlreadyMember,
    InvitationUnusable,
    LastOwner,
    accept,
    ask_second_factor,
    change_role,
    confirm_access,
    invite,
    remove,
    review_is_due,
    sign_out,
    withdraw,
    without_second_factor,
)
from apps.tenants.roles import May, Role


@require_safe
@member_required(May.MANAGE_PEOPLE)
def people(request: TenantRequest) -> HttpResponse:
    return _page(request, InvitationForm())


@require_POST
@member_required(May.MANAGE_PEOPLE)
def invite_person(request: TenantRequest) -> HttpResponse:
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        offer = invite(
            request.tenant,
            email=form.cleaned_data["email"],
            role=Role(form.cleaned_data["role"]),
            by=request.user,
            at=timezone.now(),
        )
    except AlreadyMember:
        form.add_error("email", _("This person is a member already; change the role below instead."))
        return _page(request, form)
    _send(request, offer.invitation, offer.secret)
    messages.success(request, _("Invitation sent to %(email)s.") % {"email": offer.invitation.email})
    return redirect("people", request.tenant.id)


@require_POST
@member_required(May.MANAGE_PEOPLE)
def withdraw_invitation(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    withdraw(get_object_or_404(Invitation, tenant=request.tenant, id=invitation_id), by=request.user, at=timezone.now())
    messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("people", request.tenant.id)


@require_POST
@member_required(May.MANAGE_PEOPLE)
def set_role(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership, tenant=request.tenant, id=membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of the roles."))
        return redirect("people", request.tenant.id)
    try:
        change_role(membership, role=Role(form.cleaned_data["role"]), by=request.user, at=timezone.now())
        messages.success(request, _("The role is changed."))
    except LastOwner:
        messages.error(request, _("A company keeps at least one owner. Make someone else an owner first."))
    return redirect("people", request.tenant.id)


@require_POST
@member_required(May.MANAGE_PEOPLE)
def remove_person(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership, tenant=request.tenant, id=membership_id)
    try:
        remove(membership, by=request.user, at=timezone.now())
        messages.success(request, _("The person no longer has access."))
    except LastOwner:
        messages.error(request, _("A company keeps at least one owner. Make someone else an owner first."))
    return redirect("home" if membership.user_id == request.user.id else "people", *_place(request, membership))


@require_POST
@member_required(May.MANAGE_PEOPLE)
def confirm_person(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """The periodic access review: this person still needs this role."""
    membership = get_object_or_404(Membership, tenant=request.tenant, id=membership_id)
    confirm_access(membership, by=request.user, at=timezone.now())
    messages.success(request, _("Access confirmed."))
    return redirect("people", request.tenant.id)


@require_POST
@member_required(May.MANAGE_PEOPLE)
def sign_out_person(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """A lost laptop: the person's sessions end everywhere, the access stays."""
    membership = get_object_or_404(Membership.objects.select_related("user"), tenant=request.tenant, id=membership_id)
    sign_out(membership, by=request.user, at=timezone.now())
    messages.success(request, _("The person was signed out everywhere."))
    return redirect("people", request.tenant.id)


@require_POST
@member_required(May.MANAGE_PEOPLE)
def second_factor_of_all(request: TenantRequest) -> HttpResponse:
    of_all = request.POST.get("of_all") == "1"
    ask_second_factor(request.tenant, of_all=of_all, by=request.user, at=timezone.now())
    if of_all:
        messages.success(
            request, _("Everybody now needs a second factor here. Who has none is led to set it up at the next page.")
        )
    else:
        messages.success(request, _("Accountants and viewers may work without a second factor again."))
    return redirect("people", request.tenant.id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the link only asks; a POST accepts, so that a mail scanner cannot use the link up."""
    if request.method != "POST":
        return render(request, "dashboard/join.html", {"email": person(request).email})
    try:
        membership = accept(secret, by=person(request), at=timezone.now())
    except InvitationUnusable as refusal:
        context = {"email": person(request).email, "refused": True, "why": refusal.why}
        return render(request, "dashboard/join.html", context, status=410)
    messages.success(request, _("Welcome."))
    return redirect("overview", membership.tenant_id)


def _page(request: TenantRequest, form: InvitationForm) -> HttpResponse:
    now = timezone.now()
    members = list(Membership.objects.filter(tenant=request.tenant).select_related("user").order_by("created_at"))
    context = {
        "section": "settings",
        "form": form,
        "roles": Role,
        "members": [(member, review_is_due(member, at=now)) for member in members],
        "invitations": Invitation.objects.filter(
            tenant=request.tenant, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).order_by("created_at"),
        "without_factor": without_second_factor(members),
        "left_behind": keys_left_behind(request.tenant.id, at=now),
        "now": now,
    }
    return render(request, "dashboard/people.html", context, status=400 if form.errors else 200)


def _place(request: TenantRequest, membership: Membership) -> list[UUID]:
    return [] if membership.user_id == request.user.id else [request.tenant.id]


def _send(request: TenantRequest, invitation: Invitation, secret: str) -> None:
    link = request.build_absolute_uri(reverse("join", args=[secret]))
    context = {"tenant": request.tenant, "invitation": invitation, "link": link, "by": request.user}
    subject = _("Invitation to %(company)s in KSeF Kit") % {"company": request.tenant.name}
    send_mail(
        " ".join(subject.split()), render_to_string("dashboard/mail/invitation.txt", context), None, [invitation.email]
    )
