"""ExchangeRate, and the questions to VIES and the White List with their answers kept as evidence."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from apps.tenants.models import Tenant


class ExchangeRate(models.Model):
    """One published rate with the table it stands in. Public data of nobody's; never changed."""

    class Source(models.TextChoices):
        NBP_A = "NBP_A"  # PLN for one unit, table A of the National Bank of Poland
        ECB = "ECB"  # units for one euro, euro foreign exchange reference rates

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=5, choices=Source.choices)
    published_on = models.DateField()
    currency = models.CharField(max_length=3)
    value = models.DecimalField(max_digits=18, decimal_places=8)
    table = models.CharField(max_length=40, blank=True)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Also the index behind the look-up of a document's rates.
            models.UniqueConstraint(fields=["source", "currency", "published_on"], name="each_rate_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.published_on} {self.currency}"


class RegisterCheck(models.Model):
    """Something a register is to be asked, and when next; one row however often it is wanted."""

    class Register(models.TextChoices):
        VIES = "vies"  # subject: EU VAT number with its country
        WHITE_LIST = "white_list"  # subject: NIP
        WHITE_LIST_ACCOUNT = "white_list_account"  # subject: NIP/account

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    register = models.CharField(max_length=20, choices=Register.choices)
    subject = models.CharField(max_length=60)
    next_action_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)  # in a row without an answer
    trouble = models.CharField(max_length=300, blank=True)
    wanted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "register", "subject"], name="each_question_once")]
        indexes = [
            # The worker looks for what is due across all tenants.
            models.Index(fields=["next_action_at"], condition=models.Q(next_action_at__isnull=False), name="checks_due")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.subject}"


class RegisterAnswer(models.Model):
    """What a register answered, with its own mark of the question: the evidence of due care. Written once."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed"
        DENIED = "denied"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    register = models.CharField(max_length=20, choices=RegisterCheck.Register.choices)
    subject = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    name = models.CharField(max_length=512, blank=True)  # as the register knows the company
    status = models.CharField(max_length=60, blank=True)  # in the register's own words
    request_id = models.CharField(max_length=80, blank=True)
    answer = models.JSONField(encoder=DjangoJSONEncoder)
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The latest answer about a number.
            models.Index(fields=["tenant", "register", "subject", "-asked_at"], name="answers_about_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.subject}: {self.outcome}"
