"""The list of documents and a document's own page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.dashboard.access import TenantRequest, member_required
from apps.dashboard.document_page import document_page
from apps.filings.documents import DocumentFilter, page_of
from apps.filings.models import Filing
from apps.filings.states import Label

# htmx shows the answer and stops asking.
LOOK_NO_MORE = 286


@require_safe
@member_required()
def documents(request: TenantRequest) -> HttpResponse:
    """Every document with its status; filters, search and paging live in the address."""
    chosen = DocumentFilter.from_query(request.GET.dict())
    page = page_of(request.tenant.id, chosen, cursor=request.GET.get("after", ""))
    context = {"section": "documents", "page": page, "chosen": chosen, "labels": Label, "query": chosen.as_query()}
    template = "dashboard/parts/document_rows.html" if request.headers.get("HX-Request") else "dashboard/documents.html"
    return render(request, template, context)


@require_safe
@member_required()
def document(request: TenantRequest, filing_id: UUID) -> HttpResponse:
    """One document: where it stands and why, its lines, every attempt, number and receipt."""
    filing = get_object_or_404(
        Filing.objects.select_related("document", "xml", "upo", "session", "lane__connection"),
        tenant=request.tenant,
        id=filing_id,
    )
    context = {"section": "documents", "filing": filing, **document_page(filing)}
    if not request.headers.get("HX-Request"):
        return render(request, "dashboard/document.html", context)
    status = LOOK_NO_MORE if not context["is_moving"] else 200
    return render(request, "dashboard/parts/document_live.html", context, status=status)


@require_safe
@member_required()
def document_xml(request: TenantRequest, filing_id: UUID) -> HttpResponse:
    filing = get_object_or_404(
        Filing.objects.select_related("xml"), tenant=request.tenant, id=filing_id, xml__isnull=False
    )
    assert filing.xml is not None
    return _download(bytes(filing.xml.content), name=f"{_file_name(filing)}.xml")


@require_safe
@member_required()
def document_upo(request: TenantRequest, filing_id: UUID) -> HttpResponse:
    """The signed receipt, byte for byte as KSeF sent it."""
    filing = get_object_or_404(
        Filing.objects.select_related("upo"), tenant=request.tenant, id=filing_id, upo__isnull=False
    )
    assert filing.upo is not None
    return _download(bytes(filing.upo.content), name=f"UPO-{_file_name(filing)}.xml")


@require_safe
@member_required()
def document_source(request: TenantRequest, filing_id: UUID) -> HttpResponse:
    """What Stripe said, as it was captured."""
    filing = get_object_or_404(Filing.objects.select_related("document"), tenant=request.tenant, id=filing_id)
    name = f"{filing.stripe_id}.json"
    return _download(bytes(filing.document.payload), name=name, content_type="application/json")


def _download(content: bytes, *, name: str, content_type: str = "application/xml") -> HttpResponse:
    """Always an attachment: a document is never rendered in the reader's browser on our address."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file_name(filing: Filing) -> str:
    text = filing.ksef_number or filing.number or filing.stripe_id
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in text)
