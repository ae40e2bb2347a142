"""Finds the PgBouncer that the tests of the transaction pooler start; in CI it is installed where we may."""

import shutil

from .apt import install, may_install
from .chromium import in_ci
from .talk import say

NAMES = ("pgbouncer", "/usr/sbin/pgbouncer")


def find_pgbouncer() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure_pgbouncer() -> None:
    """Have a PgBouncer in CI; elsewhere we leave the machine alone: its package would start a service."""
    if find_pgbouncer() is None and in_ci() and may_install():
        install("pgbouncer", purpose="the tests of the transaction pooler")
    if find_pgbouncer() is None:
        say("No PgBouncer here: the tests of the transaction pooler are skipped (apt-get install pgbouncer).")
