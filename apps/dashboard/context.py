"""What every page of a tenant shows: its name, its KSeF environment, and how much waits for a person."""

from typing import Any

from django.http import HttpRequest

from apps.connections.models import KsefConnection
from apps.reviews.queries import waiting_for_a_person
from apps.tenants.context import acting_in
from apps.tenants.roles import May, may


def tenant_context(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return {}
    with acting_in(tenant.id):
        connection = KsefConnection.objects.active().filter(tenant_id=tenant.id).first()
        waiting = waiting_for_a_person(tenant.id)
    role = request.membership.role  # type: ignore[attr-defined]  # set together with the tenant
    return {
        "tenant": tenant,
        "environment": connection.environment if connection else "",
        "environment_name": connection.get_environment_display() if connection else "",
        "waiting_for_you": waiting,
        **{f"may_{what.value}": may(role, what) for what in May},
    }
