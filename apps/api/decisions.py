"""What a program may decide: another try, never filing, a stated fact. Sent again, each does nothing twice."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.record import lock_chain
from apps.documents.mapping.override_json import from_dict, to_dict
from apps.documents.mapping.overrides import KINDS, Override, OverrideError
from apps.filings.decide import TooLate, abandon, release_with_override, retry
from apps.filings.models import Filing
from apps.filings.states import State
from apps.reviews.models import Override as Stated
from apps.tenants.context import acting_in
from apps.tenants.roles import May

from .problems import TooLateToDecide, refused_value
from .serializers import ExclusionSerializer, OneDocumentSerializer, StatementSerializer
from .views import TenantView, problems

DOCUMENT = {200: OneDocumentSerializer}


class DecisionView(TenantView):
    """Changes one document, locked meanwhile, and answers with where it stands now."""

    needs: ClassVar[dict[str, May]] = {"POST": May.DECIDE, "OPTIONS": May.READ}

    def decided(self, request: Request, filing_id: UUID, **given: Any) -> Response:
        key = self.key(request)
        with acting_in(key.tenant_id):
            lock_chain(key.tenant_id)
            filings = Filing.objects.select_related("document").select_for_update(of=("self",))
            filing = get_object_or_404(filings, tenant_id=key.tenant_id, id=filing_id)
            try:
                self.decide(filing, key.actor, **given)
            except TooLate as error:
                raise TooLateToDecide from error
            return Response(OneDocumentSerializer(Filing.objects.get(pk=filing.pk)).data)

    def decide(self, filing: Filing, actor: str, **given: Any) -> None:
        raise NotImplementedError


class DocumentRetryView(DecisionView):
    @extend_schema(operation_id="retry_document", request=None, responses=DOCUMENT | problems(404, 409))
    def post(self, request: Request, filing_id: UUID) -> Response:
        """Map the document again with today's settings and queue it if nothing stands in the way."""
        return self.decided(request, filing_id)

    def decide(self, filing: Filing, actor: str, **_given: Any) -> None:
        retry(filing, actor=actor, at=timezone.now())


class DocumentExcludeView(DecisionView):
    @extend_schema(
        operation_id="exclude_document", request=ExclusionSerializer, responses=DOCUMENT | problems(400, 404, 409)
    )
    def post(self, request: Request, filing_id: UUID) -> Response:
        """Never file this document. Taken back with retry, as long as nothing was sent."""
        sent = ExclusionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.decided(request, filing_id, reason=sent.validated_data["reason"])

    def decide(self, filing: Filing, actor: str, **given: Any) -> None:
        if filing.state != State.ABANDONED:
            abandon(filing, why=given["reason"], actor=actor, at=timezone.now())


class DocumentStatementView(DecisionView):
    @extend_schema(
        operation_id="state_about_document", request=StatementSerializer, responses=DOCUMENT | problems(400, 404, 409)
    )
    def post(self, request: Request, filing_id: UUID) -> Response:
        """State a fact or decision that Stripe does not hold; the document is mapped again with it at once."""
        sent = StatementSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        override = _override(sent.validated_data["kind"], sent.validated_data["values"])
        return self.decided(request, filing_id, override=override, reason=sent.validated_data["reason"])

    def decide(self, filing: Filing, actor: str, **given: Any) -> None:
        if not _is_stated_already(filing, given["override"]):
            release_with_override(filing, given["override"], why=given["reason"], actor=actor, at=timezone.now())


def _override(kind: str, values: dict[str, Any]) -> Override:
    if kind not in KINDS:
        raise refused_value("kind", _("Known are: %(kinds)s.") % {"kinds": ", ".join(sorted(KINDS))})
    try:
        return from_dict({**values, "kind": kind})
    except OverrideError as error:
        field, _colon, detail = str(error).partition(":")
        raise refused_value("values" if field == kind else f"values.{field}", detail.strip() or str(error)) from error


def _is_stated_already(filing: Filing, override: Override) -> bool:
    """The newest statement of this kind says the same: the request is a repetition."""
    value = to_dict(override)
    stated = Stated.objects.filter(
        tenant_id=filing.tenant_id,
        connection_id=filing.document.connection_id,
        stripe_id=filing.stripe_id,
        kind=value["kind"],
    )
    newest = stated.order_by("-entered_at", "-id").first()
    return newest is not None and newest.value == value
