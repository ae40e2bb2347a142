"""The audit log for programs that keep it elsewhere: in order, a page at a time, each entry with its hash."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.models import AuditEntry
from apps.audit.words import with_words
from apps.tenants.context import acting_in
from apps.tenants.roles import May

from .serializers import AuditEntrySerializer, AuditPageSerializer, AuditQuery
from .views import TenantView, problems


class AuditView(TenantView):
    needs: ClassVar[dict[str, May]] = {"GET": May.READ_AUDIT, "HEAD": May.READ_AUDIT, "OPTIONS": May.READ}

    @extend_schema(
        operation_id="read_audit", parameters=[AuditQuery], responses={200: AuditPageSerializer} | problems(400)
    )
    def get(self, request: Request) -> Response:
        """Entries after a number, oldest first; `next` is the number to go on with, also when nothing is new."""
        query = AuditQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        given = query.validated_data
        tenant_id = self.key(request).tenant_id
        entries = AuditEntry.objects.filter(tenant_id=tenant_id, sequence__gt=given["after"])
        if "since" in given:
            entries = entries.filter(at__date__gte=given["since"])
        if "until" in given:
            entries = entries.filter(at__date__lte=given["until"])
        if "event" in given:
            entries = entries.filter(event=given["event"])
        with acting_in(tenant_id):
            page = with_words(entries.order_by("sequence")[: given["limit"]])
            last = page[-1].entry.sequence if page else given["after"]
            return Response({"entries": AuditEntrySerializer(page, many=True).data, "next": last})
