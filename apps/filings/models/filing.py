"""Filing: the work of getting one document into KSeF."""

import uuid

from django.db import models

from apps.documents.models import SourceDocument
from apps.filings.states import HOLDS_NUMBER, LABEL_OF, Label, State
from apps.tenants.models import Tenant

from .lane import Lane
from .session import KsefSession


class Mode(models.TextChoices):
    """Under which article of the VAT Act a document is issued; decides its deadline (law table, rows 9 to 14)."""

    ONLINE = "online"
    OFFLINE24 = "offline24"  # art. 106nda: next working day
    UNAVAILABLE = "unavailable"  # art. 106nh: announced maintenance
    FAILURE = "failure"  # art. 106nf: announced failure, seven working days after its end


class Filing(models.Model):
    """The work of getting one document into KSeF; one per document and never a second."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    document = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, db_index=False, related_name="filings")
    lane = models.ForeignKey(Lane, null=True, on_delete=models.PROTECT, db_index=False, related_name="filings")
    environment = models.CharField(max_length=10, blank=True)
    # Copied from the document, so that a list needs one table.
    kind = models.CharField(max_length=20, choices=SourceDocument.Kind.choices)
    stripe_id = models.CharField(max_length=80)
    number = models.CharField(max_length=256, blank=True)
    buyer_name = models.CharField(max_length=512, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total_minor = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(null=True)  # when Stripe finalised it
    # All corrections of one invoice share its Stripe id here and keep their order.
    chain = models.CharField(max_length=80)
    waits_for = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, db_index=False, related_name="followers"
    )

    state = models.CharField(max_length=10, choices=State.choices)
    state_since = models.DateTimeField()
    # Why it is in this state, for a person: a code of wording.py and its values.
    reason_code = models.CharField(max_length=60, blank=True)
    reason_params = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    # When something happens with it next; empty when nothing is planned.
    next_action_at = models.DateTimeField(null=True)
    backfill = models.BooleanField(default=False)
    faults = models.PositiveSmallIntegerField(default=0)  # consecutive failures that are our own
    looks = models.PositiveSmallIntegerField(default=0)  # how often KSeF was asked about this document or its outcome

    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.ONLINE)
    issue_date = models.DateField(null=True)  # P_1 of the current bytes
    deadline = models.DateTimeField(null=True)
    # Set when the document was declared offline on purpose: from then on its bytes never change.
    offline_at = models.DateTimeField(null=True)
    certificate_link = models.TextField(blank=True)  # QR code II as handed out: signed anew it would be another
    # Technical correction: the hash of the refused original that these bytes replace (API digest, 9.6).
    corrects_hash = models.BinaryField(max_length=32, null=True)

    built_at = models.DateTimeField(null=True)  # when the current bytes were built
    # The bytes went out and KSeF never told what became of them: if they go again, then unchanged.
    keep_bytes = models.BooleanField(default=False)
    xml = models.ForeignKey("FilingXml", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    invoice_hash = models.BinaryField(max_length=32, null=True)
    session = models.ForeignKey(
        KsefSession, null=True, on_delete=models.PROTECT, db_index=False, related_name="filings"
    )
    invoice_reference = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)
    ksef_number = models.CharField(max_length=40, blank=True)
    accepted_at = models.DateTimeField(null=True)  # KSeF gave the number: the legal date of receipt
    ksef_mode = models.CharField(max_length=10, blank=True)  # "Online" or "Offline", as KSeF sees it
    upo = models.ForeignKey("Upo", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    receipted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "document"], name="one_filing_per_document"),
            # Stricter than KSeF's own rule (NIP, kind and P_2), so that no number of ours can end as a duplicate there.
            models.UniqueConstraint(
                fields=["tenant", "environment", "number"],
                condition=models.Q(state__in=sorted(HOLDS_NUMBER)) & ~models.Q(number=""),
                name="one_filing_per_number",
            ),
            models.UniqueConstraint(
                fields=["tenant", "ksef_number"], condition=~models.Q(ksef_number=""), name="one_filing_per_ksef_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.RECEIPTED) | (models.Q(upo__isnull=False) & ~models.Q(ksef_number="")),
                name="filed_means_number_and_receipt",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=sorted({State.SENDING, State.SENT}))
                | (models.Q(xml__isnull=False) & models.Q(session__isnull=False)),
                name="what_is_sent_has_bytes_and_session",
            ),
        ]
        indexes = [
            # The list, newest first, paged by (opened_at, id); the same filtered by state.
            models.Index(fields=["tenant", "-opened_at", "-id"], name="filings_newest"),
            models.Index(fields=["tenant", "state", "-opened_at", "-id"], name="filings_by_state"),
            # What a lane has waiting, in order of arrival; WAITING ones that are to be tried again.
            models.Index(
                fields=["tenant", "lane", "state", "state_since"],
                name="filings_waiting",
                condition=models.Q(state__in=sorted({State.READY, State.WAITING})),
            ),
            # Waiting documents to map again: what time may have solved, what is dated yesterday (prepare.py).
            models.Index(
                fields=["tenant", "lane", "next_action_at"],
                name="filings_to_map_again",
                condition=models.Q(state__in=sorted({State.WAITING, State.HELD}), next_action_at__isnull=False),
            ),
            models.Index(
                fields=["tenant", "lane", "built_at"], name="filings_to_rebuild", condition=models.Q(state=State.READY)
            ),
            # The documents of a session that are not settled.
            models.Index(
                fields=["tenant", "session"],
                name="filings_of_session",
                condition=models.Q(state__in=sorted({State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED})),
            ),
            # A correction and its original; what the same Stripe object became.
            models.Index(fields=["tenant", "chain"], name="filings_in_chain"),
            models.Index(fields=["tenant", "stripe_id"], name="filings_by_stripe_id"),
            # Who waits for a document that was just filed or refused.
            models.Index(
                fields=["tenant", "waits_for"],
                name="filings_followers",
                condition=models.Q(waits_for__isnull=False),
            ),
            # ksefkit_tenants_without_lane: documents that wait for a KSeF connection.
            models.Index(
                fields=["tenant"],
                name="filings_without_lane",
                condition=models.Q(lane__isnull=True, state=State.WAITING),
            ),
            # Outcome look-ups and the comparison with KSeF.
            models.Index(fields=["tenant", "invoice_hash"], name="filings_by_hash"),
            # Alarms before a deadline passes.
            models.Index(
                fields=["tenant", "deadline"],
                name="filings_by_deadline",
                condition=models.Q(deadline__isnull=False)
                & models.Q(state__in=sorted({State.WAITING, State.READY, State.HELD, State.REJECTED, State.UNKNOWN})),
            ),
            # Time to receipt over a period; the weather page's median.
            models.Index(
                fields=["tenant", "receipted_at"],
                name="filings_receipted",
                condition=models.Q(receipted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.stripe_id

    @property
    def label(self) -> Label:
        """What people see."""
        return LABEL_OF[State(self.state)]
