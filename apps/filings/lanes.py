"""The lane of a KSeF connection: made when first needed, woken when a document becomes ready."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import F
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from apps.connections.ksef import environment_of
from apps.connections.models import KsefConnection

from .doorbell import ring
from .ledger import account_of
from .models import KsefSession, Lane
from .nights import next_night
from .weather import place_of

Environment = KsefConnection.Environment
# Pauses that a new credential ends (trouble.py).
WAITS_FOR_A_PERSON = ("access_denied", "no_credential")


def lane_for(tenant_id: UUID, *, livemode: bool, anywhere: bool = False) -> Lane | None:
    """Where a document of this Stripe mode goes: the active connection, if the two modes fit.

    Test invoices never reach PROD and live ones never end in TEST, unless a person decided so for one document
    (`anywhere`). LOCAL is a stand-in on this machine and takes both.
    """
    connection = KsefConnection.objects.active().filter(tenant_id=tenant_id).first()
    if connection is None or not (anywhere or fits(connection.environment, livemode=livemode)):
        return None
    return lane_of(connection)


def fits(environment: str, *, livemode: bool) -> bool:
    """Whether documents of a Stripe mode may go to an environment."""
    if environment == Environment.LOCAL:
        return True
    return (environment == Environment.PROD) == livemode


def lane_of(connection: KsefConnection) -> Lane:
    """The lane of a connection."""
    known = Lane.objects.filter(tenant_id=connection.tenant_id, connection=connection).select_related("connection")
    lane = known.first()
    if lane is not None:
        return lane
    place, lane_id = place_of(environment_of(connection)), uuid4()
    lane, _ = Lane.objects.get_or_create(
        tenant_id=connection.tenant_id,
        connection=connection,
        defaults={
            "id": lane_id,
            "place": place,
            "account": account_of(place, connection.context_nip),
            "next_comparison_at": next_night(lane_id, at=timezone.now()),
        },
    )
    return lane


def wake(lane_id: UUID, *, at: datetime) -> None:
    """Something became ready: the lane is due, and a worker who is just planning it will look again."""
    Lane.objects.filter(pk=lane_id).update(
        wakes=F("wakes") + 1, next_action_at=Least(Coalesce(F("next_action_at"), at), at)
    )
    ring()


def connection_changed(connection: KsefConnection, *, at: datetime) -> None:
    """A person renewed a credential or switched the environment: what paused for that may go on, sessions too."""
    lane = lane_of(connection)
    place = place_of(environment_of(connection))
    Lane.objects.filter(pk=lane.pk).update(
        paused_until=None,
        pause_code="",
        pause_params={},
        faults=0,
        place=place,
        account=account_of(place, connection.context_nip),
    )
    paused = KsefSession.objects.filter(tenant_id=lane.tenant_id, lane=lane, ended_at__isnull=True)
    paused.filter(plan_code__in=WAITS_FOR_A_PERSON, next_action_at__gt=at).update(next_action_at=at, faults=0)
    wake(lane.pk, at=at)
