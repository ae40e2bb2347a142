"""What waits for a person, by reason: what it means, why, and the next step, for one document or for many."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.audit.record import lock_chain
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.bulk import SAME_FOR_MANY, chosen, decisions, form_for_many
from apps.dashboard.decided import progress_of
from apps.dashboard.review_page import MOST_AT_ONCE, being_mapped, group_of, groups, items
from apps.dashboard.statements import FORMS, form_for
from apps.filings.decide import Decided, TooLate, abandon, release_many, release_with_override, retry, retry_many
from apps.filings.models import Filing
from apps.reviews.items import close_item
from apps.reviews.models import Override, ReviewItem
from apps.tenants.roles import May

LEFT_ALONE = gettext_lazy("Some did not wait any more and were left alone.")


@require_safe
@member_required()
def review(request: TenantRequest) -> HttpResponse:
    """Everything that waits, by reason; with a reason, all documents that wait for it."""
    tenant_id, reason = request.tenant.id, request.GET.get("reason", "")
    if reason and (group := group_of(tenant_id, reason)).cards:
        context = {"section": "review", "group": group, "decisions": decisions(group)}
        return render(request, "dashboard/review_reason.html", context)
    return render(
        request,
        "dashboard/review.html",
        {
            "section": "review",
            "groups": groups(tenant_id),
            "items": items(tenant_id),
            "being_mapped": being_mapped(tenant_id),
        },
    )


@require_POST
@member_required(May.DECIDE)
def retry_chosen(request: TenantRequest) -> HttpResponse:
    """Retry every ticked document, at most 500 at once."""
    ids = _ticked(request)
    if not ids:
        messages.warning(request, _("Nothing was chosen. Tick the documents to try again."))
        return _back(request)
    outcome = retry_many(request.tenant.id, ids, by=request.user, at=timezone.now())
    messages.success(
        request,
        ngettext("%(count)d document was checked again.", "%(count)d documents were checked again.", outcome.done)
        % {"count": outcome.done},
    )
    if outcome.too_late:
        messages.info(request, _("Some were with KSeF by now and were left alone."))
    return _back(request)


@require_POST
@member_required(May.DECIDE)
def decide_many(request: TenantRequest) -> HttpResponse:
    """The same decision about every ticked document: first the list to confirm, then the deed."""
    kind, ids = request.POST.get("kind", ""), _ticked(request)
    if kind not in SAME_FOR_MANY:
        return HttpResponse(_("This kind of decision does not exist."), status=404)
    found = chosen(request.tenant.id, ids)
    if not found.filings:
        messages.warning(request, _("Nothing was chosen, or nothing of it waits any more. Nothing was changed."))
        return _back(request)
    form = form_for_many(kind, found.filings, request.POST if "sure" in request.POST else None)
    if not form.is_valid():
        context = {"section": "review", "chosen": found, "form": form, "reason": request.POST.get("reason", "")}
        return render(request, "dashboard/decide_many.html", context, status=400 if form.is_bound else 200)
    outcome = release_many(
        request.tenant.id, ids, form.statement(), why=form.cleaned_data["why"], by=request.user, at=timezone.now()
    )
    if outcome.override_id:
        if outcome.too_late:
            messages.info(request, LEFT_ALONE)
        return redirect("decided", request.tenant.id, outcome.override_id)
    _tell(request, outcome)
    return redirect("review", request.tenant.id)


@require_safe
@member_required()
def decided(request: TenantRequest, override_id: UUID) -> HttpResponse:
    """How far a decision about many documents has come; it looks again by itself until all are checked."""
    stated = get_object_or_404(Override, tenant=request.tenant, id=override_id)
    context = {"section": "review", "progress": progress_of(stated, at=timezone.now())}
    part = "dashboard/parts/decided_live.html" if request.headers.get("HX-Request") else None
    return render(request, part or "dashboard/decided.html", context)


@require_POST
@member_required(May.DECIDE)
def retry_document(request: TenantRequest, filing_id: UUID) -> HttpResponse:
    filing = _filing(request, filing_id)
    try:
        retry(filing, by=request.user, at=timezone.now())
        messages.success(
            request, _("Checked again with today's settings. It goes on by itself if nothing is in the way.")
        )
    except TooLate:
        messages.info(request, _("This document is with KSeF or filed; there is nothing to retry."))
    return redirect("document", request.tenant.id, filing.id)


@require_POST
@member_required(May.DECIDE)
def state(request: TenantRequest, filing_id: UUID, kind: str) -> HttpResponse:
    """A person states a fact or decision about the document; it is mapped again at once."""
    filing = _filing(request, filing_id)
    if kind not in FORMS:
        return HttpResponse(_("This kind of decision does not exist."), status=404)
    form = form_for(kind, filing.document, request.POST)
    if not form.is_valid():
        context = {"section": "review", "filing": filing, "form": form}
        return render(request, "dashboard/statement.html", context, status=400)
    try:
        release_with_override(
            filing, form.statement(), why=form.cleaned_data["why"], by=request.user, at=timezone.now()
        )
        messages.success(request, _("Saved. The document was checked again with it."))
    except TooLate:
        messages.info(request, _("This document is with KSeF or filed by now; nothing was changed."))
    return redirect("document", request.tenant.id, filing.id)


@require_POST
@member_required(May.DECIDE)
def abandon_document(request: TenantRequest, filing_id: UUID) -> HttpResponse:
    filing = _filing(request, filing_id)
    why = request.POST.get("why", "").strip()[:1000]
    if not why:
        messages.error(request, _("Please say why this document is not filed. Nothing was changed."))
        return redirect("document", request.tenant.id, filing.id)
    try:
        abandon(filing, why=why, by=request.user, at=timezone.now())
        messages.success(request, _("This document will not be filed. You can take that back with “Try again”."))
    except TooLate:
        messages.info(request, _("This document is with KSeF or filed by now; nothing was changed."))
    return redirect("document", request.tenant.id, filing.id)


@require_POST
@member_required(May.DECIDE)
def settle_item(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """A person looked at it; the note says what they found."""
    item = get_object_or_404(ReviewItem, tenant=request.tenant, id=item_id)
    note = request.POST.get("note", "").strip()[:1000]
    if not note:
        messages.error(request, _("Please say what you found. Nothing was changed."))
    elif close_item(item, at=timezone.now(), by=request.user, note=note):
        messages.success(request, _("Marked as settled."))
    return redirect("review", request.tenant.id)


def _filing(request: TenantRequest, filing_id: UUID) -> Filing:
    lock_chain(request.tenant.id)
    filings = Filing.objects.select_related("document").select_for_update(of=("self",))
    return get_object_or_404(filings, tenant=request.tenant, id=filing_id)


def _ticked(request: TenantRequest) -> list[UUID]:
    return [UUID(text) for text in request.POST.getlist("filing")[:MOST_AT_ONCE] if _is_uuid(text)]


def _back(request: TenantRequest) -> HttpResponse:
    """To the documents of the reason the person was looking at."""
    query = urlencode({"reason": reason}) if (reason := request.POST.get("reason", "")) else ""
    return redirect(f"{reverse('review', args=[request.tenant.id])}{'?' if query else ''}{query}")


def _tell(request: TenantRequest, outcome: Decided) -> None:
    messages.success(
        request,
        ngettext(
            "Saved for %(count)d document; nothing is in its way any more.",
            "Saved for %(count)d documents; nothing is in their way any more.",
            outcome.solved,
        )
        % {"count": outcome.solved},
    )
    if outcome.held:
        still = ngettext(
            "%(count)d document still waits, for another reason.",
            "%(count)d documents still wait, for another reason.",
            outcome.held,
        )
        messages.warning(request, still % {"count": outcome.held})
    if outcome.too_late:
        messages.info(request, LEFT_ALONE)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
