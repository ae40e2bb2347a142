"""What waits for a person: each with what it means, why, and the next step."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.audit.record import lock_chain
from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.review_page import cards
from apps.dashboard.statements import FORMS, form_for
from apps.filings.decide import TooLate, abandon, release_with_override, retry, retry_many
from apps.filings.models import Filing
from apps.reviews.items import close_item
from apps.reviews.models import ReviewItem
from apps.tenants.roles import May

MOST_AT_ONCE = 500


@require_safe
@member_required()
def review(request: TenantRequest) -> HttpResponse:
    context = {"section": "review", **cards(request.tenant.id)}
    return render(request, "dashboard/review.html", context)


@require_POST
@member_required(May.DECIDE)
def retry_chosen(request: TenantRequest) -> HttpResponse:
    """Retry every ticked document, at most 500 at once."""
    ids = [UUID(text) for text in request.POST.getlist("filing")[:MOST_AT_ONCE] if _is_uuid(text)]
    if not ids:
        messages.warning(request, _("Nothing was chosen. Tick the documents to try again."))
        return redirect("review", request.tenant.id)
    outcome = retry_many(request.tenant.id, ids, by=request.user, at=timezone.now())
    messages.success(
        request,
        ngettext("%(count)d document was checked again.", "%(count)d documents were checked again.", outcome.done)
        % {"count": outcome.done},
    )
    if outcome.too_late:
        messages.info(request, _("Some were with KSeF by now and were left alone."))
    return redirect("review", request.tenant.id)


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


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
