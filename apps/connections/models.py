"""StripeConnection and KsefConnection: where documents come from and where they are filed."""

import uuid
from typing import Self

from django.db import models
from django.utils import timezone

from apps.tenants.models import Tenant, User


class TenantKey(models.Model):
    """A tenant's data key, wrapped by a version of the master key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    provider = models.CharField(max_length=40)
    master_version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "version"], name="one_data_key_per_version")]

    def __str__(self) -> str:
        return f"data key {self.version} under master {self.master_version}"


class StripeConnection(models.Model):
    """One Stripe account in one mode, its restricted key and its webhook endpoint."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        DEGRADED = "degraded"
        REVOKED = "revoked"
        DISCONNECTED = "disconnected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="stripe_connections")
    # Part of the webhook address; selects tenant and secret, is not itself a credential.
    endpoint_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account_id = models.CharField(max_length=80, blank=True)
    account_name = models.CharField(max_length=256, blank=True)
    # Under what this connection holds the account against other tenants: its id, or a digest of the key that hid it.
    account_claim = models.CharField(max_length=80, blank=True)
    livemode = models.BooleanField()
    api_base = models.URLField(blank=True)
    api_version = models.CharField(max_length=40)
    api_key_sealed = models.BinaryField(null=True)
    webhook_secret_sealed = models.BinaryField(null=True)
    previous_webhook_secret_sealed = models.BinaryField(null=True)
    previous_secret_until = models.DateTimeField(null=True)
    # The secrets of this row are sealed with this version of the tenant's data key.
    key_version = models.PositiveIntegerField(default=0)
    stripe_endpoint_id = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=500, blank=True)
    key_changed_at = models.DateTimeField(null=True)
    import_from = models.DateField(null=True)
    last_event_at = models.DateTimeField(null=True)
    last_reconciled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # The connections page and the nightly comparison with Stripe.
            models.Index(fields=["tenant", "created_at"], name="stripe_connections_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id or 'Stripe'} ({'live' if self.livemode else 'test'})"


class StripeClaim(models.Model):
    """Which tenant an account and mode feeds; written only by the platform functions that answer yes or no."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    account = models.CharField(max_length=80)
    livemode = models.BooleanField()

    class Meta:
        # The one key that cannot begin with the tenant: it is about who else.
        constraints = [models.UniqueConstraint(fields=["account", "livemode"], name="an_account_feeds_one_tenant")]

    def __str__(self) -> str:
        return self.account


class KsefConnectionQuerySet(models.QuerySet["KsefConnection"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class KsefConnection(models.Model):
    """The tenant's access to one KSeF environment, by token or certificate."""

    class Environment(models.TextChoices):
        TEST = "test", "TEST"
        DEMO = "demo", "DEMO"
        PROD = "prod", "PROD"
        LOCAL = "local", "LOCAL"

    class Method(models.TextChoices):
        TOKEN = "token"  # noqa: S105 the name of a method, not a secret
        CERTIFICATE = "certificate"

    class Status(models.TextChoices):
        UNCHECKED = "unchecked"
        READY = "ready"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="ksef_connections")
    environment = models.CharField(max_length=10, choices=Environment.choices)
    base_url = models.URLField(blank=True)  # LOCAL only
    context_nip = models.CharField(max_length=10)
    is_active = models.BooleanField(default=False)
    method = models.CharField(max_length=20, choices=Method.choices, default=Method.TOKEN)
    token_sealed = models.BinaryField(null=True)
    certificate_pem = models.TextField(blank=True)
    private_key_sealed = models.BinaryField(null=True)
    offline_certificate_pem = models.TextField(blank=True)
    offline_private_key_sealed = models.BinaryField(null=True)
    refresh_token_sealed = models.BinaryField(null=True)
    access_token_sealed = models.BinaryField(null=True)
    access_expires_at = models.DateTimeField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    # One worker at a time signs in or refreshes.
    sign_in_lease_until = models.DateTimeField(null=True)
    sign_in_lease_token = models.UUIDField(null=True)
    key_version = models.PositiveIntegerField(default=0)
    # The end of certificate or token. KSeF knows none for tokens: the day a person set, or that of the law.
    credential_expires_at = models.DateTimeField(null=True)
    token_ends_on = models.DateField(null=True)
    credential_changed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.UNCHECKED)
    status_reason = models.CharField(max_length=1000, blank=True)
    checked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = KsefConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "environment"], name="one_ksef_connection_per_environment"),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(is_active=True), name="one_active_ksef_connection"
            ),
        ]

    def __str__(self) -> str:
        return f"KSeF {self.get_environment_display()} for {self.context_nip}"


class CertificateRequest(models.Model):
    """One certificate asked of KSeF for a connection: what is done so far, so that anybody can go on from there."""

    class Purpose(models.TextChoices):
        AUTHENTICATION = "authentication"  # signs in, in place of the token
        OFFLINE = "offline"  # signs QR code II

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(KsefConnection, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    begun_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The sign-in by signature that a request needs; nothing here when the connection's own certificate signs in.
    uses_connection = models.BooleanField(default=False)
    challenge = models.CharField(max_length=40, blank=True)
    challenge_expires_at = models.DateTimeField(null=True)
    sign_in_reference = models.CharField(max_length=40, blank=True)
    sign_in_token_sealed = models.BinaryField(null=True)
    sign_in_expires_at = models.DateTimeField(null=True)
    refresh_token_sealed = models.BinaryField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    # Key and moment are stored before the request leaves; without a reference its answer was lost.
    private_key_sealed = models.BinaryField(null=True)
    key_version = models.PositiveIntegerField(default=0)
    requested_at = models.DateTimeField(null=True)
    remaining_before = models.PositiveIntegerField(null=True)
    reference = models.CharField(max_length=40, blank=True)
    serial_number = models.CharField(max_length=40, blank=True)
    certificate_pem = models.TextField(blank=True)
    lacks_rights = models.BooleanField(default=False)
    has_signed_in = models.BooleanField(default=False)
    installed_at = models.DateTimeField(null=True)
    # The public part of the token that was replaced, until it is revoked in KSeF.
    token_reference = models.CharField(max_length=40, blank=True)
    # What a person is told, in both languages, and KSeF's own words.
    problem_pl = models.CharField(max_length=500, blank=True)
    problem_en = models.CharField(max_length=500, blank=True)
    problem_detail = models.CharField(max_length=1000, blank=True)
    # One worker at a time takes a step, and none before KSeF's pause is over.
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "purpose"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_certificate_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} certificate for {self.connection_id}"

    @property
    def name(self) -> str:
        """What the certificate is called in KSeF, and found by after a lost answer."""
        return f"KSeF Kit {self.id.hex[:16]}"
