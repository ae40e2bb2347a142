"""Claims of connections that end in any way: what could not be given back at once is given back at the next chance.

Without it a connection would rest for a whole lease after a database that went away between two commits, or a task
that was ended in the middle. Only the claims of a process that died wait for their lease.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, InterfaceError
from django.db import connection as database

from .visit import Clock

log = structlog.get_logger(__name__)

# Of this process, by token: whoever claims next gives them back first.
_not_given_back: set[UUID] = set()


@contextmanager
def claiming(clock: Clock) -> Iterator[UUID]:
    """A token to claim with; whatever ends the work, the claim made with it does not outlive it."""
    give_back_left_over(clock)
    token = uuid4()
    try:
        yield token
    except BaseException:  # the end of the process or of its task too
        _not_given_back.add(token)
        give_back_left_over(clock)
        raise


def give_back_left_over(clock: Clock) -> None:
    """Release what an earlier attempt could not; the database may still be away."""
    for token in tuple(_not_given_back):
        try:
            if not database.in_atomic_block:
                database.close_if_unusable_or_obsolete()
            with database.cursor() as cursor:
                cursor.execute("SELECT ksefkit_give_back_stripe_feed(%s, %s)", [token, clock()])
        except (DatabaseError, InterfaceError) as away:
            log.warning("stripe.claim_not_given_back", why=type(away).__name__)
            return
        _not_given_back.discard(token)
