"""Erasure and AccountClosure: what was anonymised after its time, and accounts that come to an end."""

import uuid

from django.db import models

from apps.documents.models import SourceDocument
from apps.tenants.models import Tenant, User


class Erasure(models.Model):
    """A document whose personal data are gone, after the ten years for which the law kept them. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    document = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, db_index=False, related_name="+")
    kept_until = models.DateField()
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "document"], name="a_document_is_erased_once")]

    def __str__(self) -> str:
        return f"erased {self.document_id}"


class AccountClosure(models.Model):
    """An owner asked to close the account; it can be taken back until it is carried out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(revoked_at__isnull=True), name="one_closure_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"closes {self.due_at:%Y-%m-%d}"
