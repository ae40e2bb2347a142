"""serve_one(): run a block of the due errands of one connection."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import TypeVar

import structlog

from apps.connections.stripe_access import (
    StripeAccessDenied,
    StripeNotFound,
    StripeRefused,
    StripeTrouble,
    StripeUnavailable,
    stripe_access,
)
from apps.documents.capture import NotADocument

from .bring import Brought, bring_in, gone, read_whole
from .fetch import fetch
from .looks import look
from .models import StripeErrand
from .side import SideObjects
from .visit import Clock, Kind, LeaseLost, Visit, claim, leave

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


def serve_one(*, clock: Clock) -> bool:
    """Serve the connection that has waited longest; False when none has anything due."""
    claimed = claim(clock)
    if claimed is None:
        return False
    connection, token = claimed
    trouble: StripeTrouble | None = None
    try:
        side = SideObjects(connection, at=clock())
        visit = Visit(connection, token, clock, stripe_access(connection), side)
        visit.access.before_each = visit.renew
        for kind, errands in groupby(visit.due(), key=lambda errand: errand.kind):
            _run(visit, kind, list(errands))
    except (StripeUnavailable, StripeAccessDenied) as met:
        trouble = met
    except LeaseLost:
        log.warning("stripe.lease_lost", connection=str(connection.id))
    except Exception:
        # Our fault rises, but this connection's work must not stand in the way of the others'.
        leave(connection, token, StripeUnavailable("Our own fault; tried again by itself."), at=clock())
        raise
    leave(connection, token, trouble, at=clock())
    return True


def _run(visit: Visit, kind: str, errands: Sequence[StripeErrand]) -> None:
    """One kind at a time: a permission that is missing for credit notes does not stop invoices."""
    try:
        if kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
            _run_documents(visit, kind, errands)
        else:
            for errand in errands:
                _attempt(visit, errand, partial(look, visit, errand))
    except StripeAccessDenied as denial:
        if denial.key_is_bad:
            raise
        visit.deny(kind, denial)


def _run_documents(visit: Visit, kind: str, errands: Sequence[StripeErrand]) -> None:
    whole: list[Brought] = []
    try:
        for errand, found in fetch(visit.access, kind, errands):
            if isinstance(found, StripeNotFound):
                visit.fail(errand, gone(visit, errand))
            elif brought := _attempt(visit, errand, partial(read_whole, visit, errand, found)):
                whole.append(brought)
    finally:
        # Also when Stripe stops answering half-way: what was read is not read again.
        _bring(visit, whole)


def _bring(visit: Visit, whole: Sequence[Brought]) -> None:
    """All in one go; if that fails, one by one, so that the one at fault is found and the others pass."""
    try:
        bring_in(visit, whole)
    except LeaseLost:
        raise
    except Exception:
        if not whole:
            raise
        for brought in whole:
            _attempt(visit, brought.errand, partial(bring_in, visit, [brought]))


def _attempt(visit: Visit, errand: StripeErrand, work: Callable[[], Result]) -> Result | None:
    """Do it; whatever keeps this errand from being done is written on it and stops no other."""
    try:
        return work()
    except (StripeUnavailable, StripeAccessDenied, LeaseLost):
        raise
    except (NotADocument, StripeRefused, StripeNotFound) as trouble:
        visit.fail(errand, str(trouble))
    except Exception as fault:
        log.exception("stripe.errand_fault", errand=str(errand.id), kind=errand.kind)
        visit.postpone(errand, f"{type(fault).__name__}: our own fault; tried again by itself.")
    return None
