"""work(): everything Stripe's intake has due, tenant by tenant; the sweep and every doorbell call it."""

import time

from .begin import begin, connections_to_begin
from .route import route_events, tenants_to_route
from .serve import serve_one
from .visit import Clock

# A doorbell rings again soon; a worker that stays longer would keep others' work from this process.
LONGEST_SECONDS = 20.0


def work(*, clock: Clock, seconds: float = LONGEST_SECONDS) -> None:
    """Route what came in and serve what is due, until nothing is left or the time is over."""
    until = time.monotonic() + seconds
    for tenant_id, connection_id in connections_to_begin():
        begin(tenant_id, connection_id, at=clock())
    while time.monotonic() < until:
        routed = sum(route_events(tenant_id, at=clock()) for tenant_id in tenants_to_route())
        if not serve_one(clock=clock) and not routed:
            return
