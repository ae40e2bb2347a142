"""What the API takes and shows."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.audit.words import Told
from apps.connections.models import KsefConnection, StripeConnection
from apps.filings.documents import PAGE_SIZE
from apps.filings.models import Filing
from apps.filings.states import Label
from apps.reviews.models import Hold

from .reasons import reasons_of

LARGEST_PAGE = 100


class QuerySerializer(serializers.Serializer[object]):
    """A query: a name that is not known is refused, for a mistyped filter would show everything."""

    def to_internal_value(self, data: Any) -> Any:
        if unknown := sorted(set(data) - set(self.fields)):
            known = ", ".join(self.fields)
            raise serializers.ValidationError({name: [f"Not known here; known are: {known}."] for name in unknown})
        return super().to_internal_value(data)


class DocumentQuery(QuerySerializer):
    status = serializers.ChoiceField(Label.choices, required=False)
    kind = serializers.ChoiceField(["invoice", "credit_note"], required=False)
    q = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="Part of the number, the buyer's name or the KSeF number, or the whole id in Stripe.",
    )
    since = serializers.DateField(required=False, help_text="First day of issue.")
    until = serializers.DateField(required=False, help_text="Last day of issue.")
    after = serializers.CharField(required=False, help_text="`next` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE)


class AuditQuery(QuerySerializer):
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    event = serializers.CharField(max_length=80, required=False)
    after = serializers.IntegerField(
        min_value=0, max_value=2**62, default=0, help_text="`next` of the page before: only later entries are shown."
    )
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=200)


class ReasonSerializer(serializers.Serializer[object]):
    """Why a document is not filed, and what a person can do; in the language of Accept-Language."""

    code = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()
    action = serializers.CharField()


class DocumentSerializer(serializers.ModelSerializer[Filing]):
    """A document and where it stands. Amounts are in Stripe's minor units; moments in UTC."""

    status = serializers.ChoiceField(choices=Label.choices, source="label", read_only=True)

    class Meta:
        model = Filing
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "stripe_id",
            "number",
            "buyer_name",
            "currency",
            "total_minor",
            "issued_at",
            "status",
            "state",
            "state_since",
            "reason_code",
            "reason_params",
            "environment",
            "issue_date",
            "deadline",
            "ksef_number",
            "accepted_at",
            "ksef_mode",
            "receipted_at",
            "opened_at",
        )
        read_only_fields = fields


class OneDocumentSerializer(DocumentSerializer):
    """The same with every reason why it waits for a person."""

    reasons = serializers.SerializerMethodField()

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "reasons")
        read_only_fields = fields

    @extend_schema_field(ReasonSerializer(many=True))
    def get_reasons(self, filing: Filing) -> list[dict[str, str]]:
        hold = Hold.objects.filter(
            tenant_id=filing.tenant_id, document_id=filing.document_id, state=Hold.State.OPEN
        ).first()
        return reasons_of(hold.reasons) if hold else []


class DocumentPageSerializer(serializers.Serializer[object]):
    """A page of documents, newest first; `next` is the cursor of the next page, empty on the last."""

    documents = DocumentSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class ExclusionSerializer(serializers.Serializer[object]):
    reason = serializers.CharField(max_length=1000, help_text="Why it is never filed; kept in the audit log.")


class StatementSerializer(serializers.Serializer[object]):
    """A fact or decision beside the document from Stripe, which does not change."""

    kind = serializers.CharField(max_length=40, help_text="For example set_buyer_id or set_vat_category; docs/api.md.")
    values = serializers.DictField(default=dict, help_text='For example {"id_type": "nip", "value": "5265877635"}.')
    reason = serializers.CharField(max_length=1000, help_text="Why; kept beside the document and in the audit log.")


class KsefConnectionSerializer(serializers.ModelSerializer[KsefConnection]):
    class Meta:
        model = KsefConnection
        fields = (
            "id",
            "environment",
            "is_active",
            "method",
            "status",
            "status_reason",
            "checked_at",
            "credential_expires_at",
        )
        read_only_fields = fields


class StripeConnectionSerializer(serializers.ModelSerializer[StripeConnection]):
    class Meta:
        model = StripeConnection
        fields = ("id", "account_id", "livemode", "status", "status_reason", "last_event_at", "last_reconciled_at")
        read_only_fields = fields


class ConnectionsSerializer(serializers.Serializer[object]):
    """Both sides as they stand; no secret is ever shown."""

    ksef = KsefConnectionSerializer(many=True)
    stripe = StripeConnectionSerializer(many=True)


class AuditEntrySerializer(serializers.Serializer[object]):
    """An entry as the chain has it, and the words beside it until their retention is over."""

    sequence = serializers.IntegerField(source="entry.sequence")
    at = serializers.DateTimeField(source="entry.at")
    event = serializers.CharField(source="entry.event")
    actor = serializers.CharField(source="entry.actor")
    subject_kind = serializers.CharField(source="entry.subject_kind")
    subject_id = serializers.CharField(source="entry.subject_id")
    origin = serializers.CharField(source="entry.origin")
    data = serializers.JSONField(source="entry.data")  # type: ignore[assignment]  # what the entry calls it
    words = serializers.JSONField(allow_null=True)
    words_salt = serializers.SerializerMethodField()
    words_erased = serializers.BooleanField(source="are_erased")
    hash = serializers.SerializerMethodField()

    def get_words_salt(self, told: Told) -> str:
        return told.salt.hex()

    def get_hash(self, told: Told) -> str:
        return bytes(told.entry.entry_hash).hex()


class AuditPageSerializer(serializers.Serializer[object]):
    """Entries in the order they happened; ask again with `after` = `next` for later ones."""

    entries = AuditEntrySerializer(many=True)
    next = serializers.IntegerField()
