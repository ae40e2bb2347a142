"""Upo: the signed receipt."""

import uuid

from django.db import models

from apps.tenants.models import Tenant


class Upo(models.Model):
    """A signed receipt, byte for byte as KSeF sent it. Written once."""

    class Kind(models.TextChoices):
        OWN = "own"  # of one document
        COLLECTIVE = "collective"  # a page of a session's receipt

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    session_reference = models.CharField(max_length=40)
    upo_reference = models.CharField(max_length=40, blank=True)  # collective: the page
    ksef_number = models.CharField(max_length=40, blank=True)  # own: the document
    content = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    # KSeF sent the hash of the bytes with them, and it was equal.
    hash_confirmed = models.BooleanField()
    # The form of the Ministry's signature is not documented: a receipt whose signature we cannot verify is kept and
    # flagged, since its content was compared with what we sent.
    signature_valid = models.BooleanField(null=True)
    document_count = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A second worker with the same receipt stores nothing.
            models.UniqueConstraint(
                fields=["tenant", "session_reference", "upo_reference", "ksef_number"], name="each_receipt_once"
            )
        ]
        indexes = [
            # A document's own receipt.
            models.Index(fields=["tenant", "ksef_number"], name="upo_by_ksef_number"),
        ]

    def __str__(self) -> str:
        return self.ksef_number or f"receipt of session {self.session_reference}"
