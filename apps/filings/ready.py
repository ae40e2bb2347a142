"""What a lane has ready to send."""

from datetime import datetime

from django.db.models import Q, QuerySet

from .models import Filing, Lane
from .states import State


def ready(lane: Lane, *, at: datetime, offline: bool = False) -> QuerySet[Filing]:
    """Documents that may go out now, in order of arrival. A session is either online or offline as a whole."""
    due = Q(next_action_at__isnull=True) | Q(next_action_at__lte=at)
    return Filing.objects.filter(
        due, tenant_id=lane.tenant_id, lane=lane, state=State.READY, offline_at__isnull=not offline
    ).order_by("state_since", "pk")
