"""A document's own receipt, for one filed in a batch: the collective receipt proves it, this one is of it alone."""

import time
from collections.abc import Callable

from apps.connections.ksef import Clock
from apps.tenants.context import acting_in

from . import collect
from .line import line_of
from .models import Filing, Lane, Upo
from .states import State


class NotFiled(Exception):
    """The document has no KSeF number, so it has no receipt."""


def own_receipt(filing: Filing, *, clock: Clock, wait: Callable[[float], None] = time.sleep) -> Upo:
    """The receipt of this document alone, fetched once and kept. Talks to KSeF, so it runs outside transactions."""
    with acting_in(filing.tenant_id):
        known = Upo.objects.filter(tenant_id=filing.tenant_id, kind=Upo.Kind.OWN, ksef_number=filing.ksef_number)
        kept = known.first() if filing.ksef_number else None
        if kept is not None:
            return kept
        if filing.state != State.RECEIPTED or filing.upo is None or filing.lane_id is None:
            raise NotFiled(filing.pk)
        lane = Lane.objects.select_related("connection").get(pk=filing.lane_id)
        session = filing.upo.session_reference
    with line_of(lane, clock=clock, wait=wait) as line:
        fetched = collect.fetch_own(line, session, link=None, ksef_number=filing.ksef_number)
    collect.demand_own(fetched, filing, filing.ksef_number, nip=lane.connection.context_nip)
    with acting_in(filing.tenant_id):
        number = filing.ksef_number
        return collect.keep_for(filing.tenant_id, fetched, kind=Upo.Kind.OWN, at=clock(), ksef_number=number)
