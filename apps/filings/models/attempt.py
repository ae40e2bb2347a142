"""The exact bytes of a document and each try to get them into KSeF."""

import uuid

from django.db import models

from apps.tenants.models import Tenant

from .filing import Filing
from .session import KsefSession


class FilingXml(models.Model):
    """The exact bytes of a document as built on a day. Written once; a rebuilt document is a further row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, db_index=False, related_name="xmls")
    content = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    issue_date = models.DateField()  # P_1
    built_at = models.DateTimeField()
    warnings = models.JSONField(default=list)
    handover = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["tenant", "filing", "built_at"], name="xml_of_a_filing")]

    def __str__(self) -> str:
        return bytes(self.sha256).hex()


class FilingAttempt(models.Model):
    """One try to get bytes into KSeF. Committed before the call; each empty answer is filled in once."""

    class Outcome(models.TextChoices):
        NOT_SENT = "not_sent"  # nothing reached KSeF
        LOST = "lost"  # looked for and not found: it never landed
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        DUPLICATE = "duplicate"  # KSeF had these bytes already, from an earlier attempt of ours
        SESSION_FAILED = "session_failed"  # KSeF gave the whole session back
        FAILED_THERE = "failed_there"  # KSeF's own error; the same bytes may go again

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, db_index=False, related_name="attempts")
    session = models.ForeignKey(KsefSession, on_delete=models.PROTECT, db_index=False, related_name="attempts")
    xml = models.ForeignKey(FilingXml, on_delete=models.PROTECT, db_index=False, related_name="+")
    invoice_hash = models.BinaryField(max_length=32)
    offline = models.BooleanField(default=False)
    corrected_hash = models.BinaryField(max_length=32, null=True)  # technical correction
    began_at = models.DateTimeField()
    # KSeF took the bytes and named them.
    taken_at = models.DateTimeField(null=True)
    invoice_reference = models.CharField(max_length=40, null=True)  # noqa: DJ001 empty until answered, then fixed
    # What became of it.
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, null=True)  # noqa: DJ001 as above
    status_code = models.IntegerField(null=True)
    status_text = models.TextField(null=True)  # noqa: DJ001 as above

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "filing"], condition=models.Q(ended_at__isnull=True), name="one_attempt_at_a_time"
            )
        ]
        indexes = [
            # The timeline of a document.
            models.Index(fields=["tenant", "filing", "began_at"], name="attempts_of_a_filing"),
            # The answers of a whole session are filled in together.
            models.Index(fields=["tenant", "session"], name="attempts_open", condition=models.Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"attempt of {self.began_at:%Y-%m-%d %H:%M:%S}"
