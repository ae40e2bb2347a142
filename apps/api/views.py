"""Documents for programs: list, one, its bytes, its receipt."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.connections.models import KsefConnection, StripeConnection
from apps.filings.documents import DocumentFilter, page_of, read_cursor
from apps.filings.models import Filing
from apps.filings.states import Label
from apps.tenants.api_keys import KeyInUse
from apps.tenants.context import acting_in
from apps.tenants.roles import May

from .authentication import KeyAuthentication, KeyMay, KeyThrottle
from .parsers import PlainJson
from .problems import PROBLEM_JSON, ProblemSerializer, refused_value
from .serializers import (
    ConnectionsSerializer,
    DocumentPageSerializer,
    DocumentQuery,
    DocumentSerializer,
    OneDocumentSerializer,
)

XML = {(200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, "The bytes as they are stored.")}


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """The refusals of an operation, for its description; every one may meet the first three."""
    return {(status, PROBLEM_JSON): ProblemSerializer for status in (401, 403, 429, *statuses)}


class TenantView(APIView):
    """A view of the key's own company; `needs` states what each method demands."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (KeyMay,)
    throttle_classes = (KeyThrottle,)
    parser_classes = (PlainJson,)
    needs: ClassVar[dict[str, May]] = {"GET": May.READ, "HEAD": May.READ, "OPTIONS": May.READ}

    @staticmethod
    def key(request: Request) -> KeyInUse:
        assert isinstance(request.auth, KeyInUse)
        return request.auth

    def finalize_response(self, request: Request, response: Any, *arguments: Any, **named: Any) -> Any:
        """What a company sees is not for caches on the way."""
        final = super().finalize_response(request, response, *arguments, **named)
        final["Cache-Control"] = "no-store"
        return final


class DocumentListView(TenantView):
    @extend_schema(
        operation_id="list_documents",
        parameters=[DocumentQuery],
        responses={200: DocumentPageSerializer} | problems(400),
    )
    def get(self, request: Request) -> Response:
        """Documents, newest first, a page at a time."""
        query = DocumentQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        given = query.validated_data
        chosen = DocumentFilter(
            label=Label(given["status"]) if "status" in given else None,
            words=given.get("q", "").strip(),
            kind=given.get("kind", ""),
            since=given.get("since"),
            until=given.get("until"),
        )
        after = given.get("after", "")
        if after and read_cursor(after) is None:
            raise refused_value("after", _("This is no cursor of ours; take `next` of the page before as it is."))
        tenant_id = self.key(request).tenant_id
        with acting_in(tenant_id):
            page = page_of(tenant_id, chosen, cursor=after, size=given["limit"])
        return Response({"documents": DocumentSerializer(page.filings, many=True).data, "next": page.next_cursor})


class DocumentView(TenantView):
    @extend_schema(operation_id="read_document", responses={200: OneDocumentSerializer} | problems(404))
    def get(self, request: Request, filing_id: UUID) -> Response:
        """One document, where it stands, and every reason why it waits for a person."""
        tenant_id = self.key(request).tenant_id
        with acting_in(tenant_id):
            return Response(OneDocumentSerializer(get_object_or_404(Filing, tenant_id=tenant_id, id=filing_id)).data)


class DocumentXmlView(TenantView):
    @extend_schema(operation_id="read_xml", responses=XML | problems(404))
    def get(self, request: Request, filing_id: UUID) -> HttpResponse:
        """The FA(3) bytes, exactly as sent or about to be sent."""
        tenant_id = self.key(request).tenant_id
        with acting_in(tenant_id):
            filings = Filing.objects.select_related("xml")
            filing = get_object_or_404(filings, tenant_id=tenant_id, id=filing_id, xml__isnull=False)
            assert filing.xml is not None
            return _attached(bytes(filing.xml.content), f"{filing.id}.xml")


class DocumentUpoView(TenantView):
    @extend_schema(operation_id="read_upo", responses=XML | problems(404))
    def get(self, request: Request, filing_id: UUID) -> HttpResponse:
        """The signed receipt, byte for byte as KSeF sent it."""
        tenant_id = self.key(request).tenant_id
        with acting_in(tenant_id):
            filings = Filing.objects.select_related("upo")
            filing = get_object_or_404(filings, tenant_id=tenant_id, id=filing_id, upo__isnull=False)
            assert filing.upo is not None
            return _attached(bytes(filing.upo.content), f"upo-{filing.id}.xml")


class ConnectionsView(TenantView):
    @extend_schema(operation_id="read_connections", responses={200: ConnectionsSerializer} | problems())
    def get(self, request: Request) -> Response:
        """Whether Stripe and KSeF let us in, and until when."""
        tenant_id = self.key(request).tenant_id
        with acting_in(tenant_id):
            rows = {
                "ksef": KsefConnection.objects.filter(tenant_id=tenant_id).order_by("environment"),
                "stripe": StripeConnection.objects.filter(tenant_id=tenant_id).order_by("created_at"),
            }
            return Response(ConnectionsSerializer(rows).data)


def _attached(content: bytes, name: str) -> HttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/xml", headers=headers)
