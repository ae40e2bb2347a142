"""serve_one(): run a block of the due errands of one connection."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import TypeVar
from uuid import UUID

import psycopg
import structlog
from django.db import InterfaceError, OperationalError

from apps.connections.models import StripeConnection
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
from .claims import claiming
from .fetch import fetch
from .looks import look
from .models import StripeErrand
from .side import SideObjects
from .visit import Clock, Kind, LeaseLost, Visit, claim, leave

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


def serve_one(*, clock: Clock) -> bool:
    """Serve the connection that has waited longest; False when none has anything due."""
    with claiming(clock) as token:
        connection = claim(clock, token)
        if connection is None:
            return False
        try:
            trouble = _serve(connection, token, clock)
        except Exception as fault:
            if not _database_is_lost(fault):
                # Our fault rises, but this connection's work must not stand in the way of the others'.
                leave(connection, token, StripeUnavailable("Our own fault; tried again by itself."), at=clock())
            raise
        leave(connection, token, trouble, at=clock())
    return True


def _serve(connection: StripeConnection, token: UUID, clock: Clock) -> StripeTrouble | None:
    """Run what is due; returns what keeps the connection from being served further."""
    try:
        side = SideObjects(connection, at=clock())
        visit = Visit(connection, token, clock, stripe_access(connection), side)
        visit.access.before_each = visit.renew
        for kind, errands in groupby(visit.due(), key=lambda errand: errand.kind):
            _run(visit, kind, list(errands))
    except (StripeUnavailable, StripeAccessDenied) as trouble:
        return trouble
    except LeaseLost:
        log.warning("stripe.lease_lost", connection=str(connection.id))
    return None


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
    except Exception as fault:
        if not whole or _database_is_lost(fault):
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
        if _database_is_lost(fault):
            raise  # no fault of this errand: everything that is due waits for the database, and not a minute longer
        log.exception("stripe.errand_fault", errand=str(errand.id), kind=errand.kind)
        visit.postpone(errand, f"{type(fault).__name__}: our own fault; tried again by itself.")
    return None


def _database_is_lost(fault: Exception) -> bool:
    """Whether the connection to the database went away, as when it is restarted (PostgreSQL, classes 08 and 57P)."""
    cause = fault.__cause__ if isinstance(fault, OperationalError | InterfaceError) else None
    return isinstance(cause, psycopg.Error) and (cause.sqlstate or "08").startswith(("08", "57P"))
