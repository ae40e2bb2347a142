"""What the API shows of a document."""

from rest_framework import serializers

from apps.filings.models import Filing
from apps.filings.states import Label


class DocumentSerializer(serializers.ModelSerializer[Filing]):
    """A document and where it stands. Amounts are in Stripe's minor units; moments in UTC."""

    status = serializers.ChoiceField(choices=Label.choices, source="label", read_only=True)

    class Meta:
        model = Filing
        fields = (
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


class DocumentPageSerializer(serializers.Serializer[object]):
    """A page of documents, newest first; `next` is the cursor of the next page, empty on the last."""

    documents = DocumentSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class ProblemSerializer(serializers.Serializer[object]):
    """What went wrong."""

    detail = serializers.CharField()
