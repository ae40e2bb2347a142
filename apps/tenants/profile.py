"""save_profile(): a new version of the company's data, from a day on."""

from datetime import date, datetime

from apps.audit.record import record

from .models import CompanyProfile, Tenant, User

FIELDS = (
    "name",
    "address_l1",
    "address_l2",
    "email",
    "phone",
    "krs",
    "regon",
    "bdo",
    "bank_account",
    "swift",
    "bank_name",
    "footer",
)


def save_profile(tenant: Tenant, values: dict[str, str], *, valid_from: date, by: User, at: datetime) -> CompanyProfile:
    """Store a version; documents of earlier days keep the version of their day. Runs inside acting_in."""
    profile = CompanyProfile.objects.create(
        tenant=tenant,
        valid_from=valid_from,
        created_at=at,
        created_by=by,
        **{name: values.get(name, "") for name in FIELDS},
    )
    Tenant.objects.filter(pk=tenant.pk).update(name=profile.name)
    record(
        tenant_id=tenant.id,
        event="settings.profile_saved",
        subject=profile,
        actor=f"user:{by.id}",
        data={"valid_from": valid_from.isoformat()},
        at=at,
    )
    return profile
