"""User, Tenant, Membership and the company's profile, which is versioned by date."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .roles import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None) -> "User":
        user = self.model(email=email.strip().lower())
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person; signs in with an e-mail address and belongs to any number of tenants."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    is_platform_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = UserManager()

    def __str__(self) -> str:
        return self.email


class Tenant(models.Model):
    """One seller: one NIP."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=512)
    nip = models.CharField(max_length=10)
    # Everybody who comes in signs in with a second factor, accountants and viewers too.
    second_factor_for_all = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a tenant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class CompanyProfileQuerySet(models.QuerySet["CompanyProfile"]):
    def on(self, day: date) -> "CompanyProfile | None":
        """The version in force on a day: the latest entered of those that had begun."""
        return self.filter(valid_from__lte=day).order_by("-valid_from", "-created_at").first()

    def of(self, tenant: Tenant) -> Self:
        return self.filter(tenant=tenant)


class CompanyProfile(models.Model):
    """The seller's data as they stand on its documents, from a day on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="profiles")
    valid_from = models.DateField()
    name = models.CharField(max_length=512)
    address_l1 = models.CharField(max_length=512)
    address_l2 = models.CharField(max_length=512, blank=True)
    country = models.CharField(max_length=2, default="PL")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, blank=True)
    krs = models.CharField(max_length=10, blank=True)
    regon = models.CharField(max_length=14, blank=True)
    bdo = models.CharField(max_length=9, blank=True)
    bank_account = models.CharField(max_length=34, blank=True)
    swift = models.CharField(max_length=11, blank=True)
    bank_name = models.CharField(max_length=256, blank=True)
    footer = models.CharField(max_length=3500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)

    objects = CompanyProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "valid_from", "created_at"], name="one_profile_version_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.valid_from}"


class Invitation(models.Model):
    """A role offered to an e-mail address; the link's secret is stored as a hash and works once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    secret_hash = models.BinaryField(max_length=32)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_address",
            )
        ]
        indexes = [
            # The link of an invitation is looked up by its hash alone.
            models.Index(fields=["secret_hash"], name="invitations_by_secret"),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class ApiKey(models.Model):
    """A company's key for programs, with a scope; shown once when it is made, kept as a hash."""

    class Scope(models.TextChoices):
        READ = "read", _("Read documents")
        DECIDE = "decide", _("Read documents and decide: retry, exclude")
        AUDIT = "audit", _("Read documents and the audit log")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.READ)
    secret_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The page of keys.
            models.Index(fields=["tenant", "created_at"], name="api_keys_of_tenant"),
            # A request's key is looked up by its hash alone.
            models.Index(fields=["secret_hash"], name="api_keys_by_secret"),
        ]

    def __str__(self) -> str:
        return self.name


class SupportGrant(models.Model):
    """Platform staff may read one company's pages for a few hours, with the reason they gave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            # May this person of the platform read here now?
            models.Index(fields=["tenant", "staff", "expires_at"], name="live_support_grants"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=models.F("opened_at") + timedelta(hours=8)),
                name="a_support_grant_ends_within_hours",
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} until {self.expires_at:%Y-%m-%d %H:%M}"
