"""save_filing_rules(): a new version of a company's choices, from a day on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from apps.audit.record import record
from apps.tenants.models import Tenant, User

from .mapping.settings import Settings
from .models import MappingSettings


def save_filing_rules(
    tenant: Tenant, values: Mapping[str, Any], *, valid_from: date, by: User, at: datetime
) -> MappingSettings:
    """Store a version; raises SettingsError for an impossible value. Runs inside acting_in."""
    Settings.from_dict(values)
    version = MappingSettings.objects.create(
        tenant=tenant, valid_from=valid_from, values=dict(values), created_at=at, created_by=by
    )
    record(
        tenant_id=tenant.id,
        event="settings.filing_rules_saved",
        subject=version,
        actor=f"user:{by.id}",
        data={"valid_from": valid_from.isoformat(), "values": dict(values)},
        at=at,
    )
    return version
