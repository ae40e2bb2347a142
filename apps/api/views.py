"""Documents for programs: list, one, its bytes, its receipt, and another try."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.filings.documents import DocumentFilter, page_of
from apps.filings.models import Filing
from apps.filings.open import rerun
from apps.filings.states import CAN_RERUN, Label, State
from apps.tenants.api_keys import KeyInUse
from apps.tenants.context import acting_in
from apps.tenants.roles import May

from .authentication import KeyAuthentication, KeyMay, KeyThrottle
from .serializers import DocumentPageSerializer, DocumentSerializer, ProblemSerializer

REFUSALS = {401: ProblemSerializer, 403: ProblemSerializer, 429: ProblemSerializer}
NOT_FOUND = REFUSALS | {404: ProblemSerializer}
XML = {(200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, "The bytes as they are stored.")}


class TenantView(APIView):
    """A view of the key's own company; `needs` states what each method demands."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (KeyMay,)
    throttle_classes = (KeyThrottle,)
    needs: ClassVar[dict[str, May]] = {"GET": May.READ, "HEAD": May.READ, "OPTIONS": May.READ}

    @staticmethod
    def key(request: Request) -> KeyInUse:
        assert isinstance(request.auth, KeyInUse)
        return request.auth


class DocumentListView(TenantView):
    @extend_schema(
        operation_id="list_documents",
        parameters=[
            OpenApiParameter("status", enum=Label.values),
            OpenApiParameter("kind", enum=["invoice", "credit_note"]),
            OpenApiParameter("q", description="Part of the number, the buyer's name or the KSeF number."),
            OpenApiParameter("since", OpenApiTypes.DATE),
            OpenApiParameter("until", OpenApiTypes.DATE),
            OpenApiParameter("after", description="The cursor `next` of the page before."),
        ],
        responses={200: DocumentPageSerializer} | REFUSALS,
    )
    def get(self, request: Request) -> Response:
        """Documents, newest first, fifty to a page."""
        chosen = DocumentFilter.from_query(request.query_params.dict())
        tenant_id = self.key(request).tenant_id
        with acting_in(tenant_id):
            page = page_of(tenant_id, chosen, cursor=request.query_params.get("after", ""))
        return Response({"documents": DocumentSerializer(page.filings, many=True).data, "next": page.next_cursor})


class DocumentView(TenantView):
    @extend_schema(operation_id="read_document", responses={200: DocumentSerializer} | NOT_FOUND)
    def get(self, request: Request, filing_id: UUID) -> Response:
        """One document and where it stands."""
        with acting_in(self.key(request).tenant_id):
            return Response(DocumentSerializer(get_object_or_404(Filing, id=filing_id)).data)


class DocumentXmlView(TenantView):
    @extend_schema(operation_id="read_xml", responses=XML | NOT_FOUND)
    def get(self, request: Request, filing_id: UUID) -> HttpResponse:
        """The FA(3) bytes, exactly as sent or about to be sent."""
        with acting_in(self.key(request).tenant_id):
            filing = get_object_or_404(Filing.objects.select_related("xml"), id=filing_id, xml__isnull=False)
            assert filing.xml is not None
            return _attached(bytes(filing.xml.content), f"{filing.id}.xml")


class DocumentUpoView(TenantView):
    @extend_schema(operation_id="read_upo", responses=XML | NOT_FOUND)
    def get(self, request: Request, filing_id: UUID) -> HttpResponse:
        """The signed receipt, byte for byte as KSeF sent it."""
        with acting_in(self.key(request).tenant_id):
            filing = get_object_or_404(Filing.objects.select_related("upo"), id=filing_id, upo__isnull=False)
            assert filing.upo is not None
            return _attached(bytes(filing.upo.content), f"upo-{filing.id}.xml")


class DocumentRetryView(TenantView):
    needs: ClassVar[dict[str, May]] = {"POST": May.DECIDE, "OPTIONS": May.READ}

    @extend_schema(
        operation_id="retry_document",
        request=None,
        responses={200: DocumentSerializer, 409: ProblemSerializer} | NOT_FOUND,
    )
    def post(self, request: Request, filing_id: UUID) -> Response:
        """Map the document again with today's settings and queue it if nothing stands in the way."""
        key = self.key(request)
        with acting_in(key.tenant_id):
            filing = get_object_or_404(Filing.objects.select_for_update(), id=filing_id)
            if State(filing.state) not in CAN_RERUN:
                return Response(
                    {"detail": "This document is with KSeF or filed; there is nothing to retry."}, status=409
                )
            filing = rerun(filing, at=timezone.now(), actor=key.actor)
            return Response(DocumentSerializer(filing).data)


def _attached(content: bytes, name: str) -> HttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/xml", headers=headers)
