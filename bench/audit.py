"""How fast a chain in the database is verified, and in how much memory: `python -m bench.audit`.

The entries are written by record_all() in a transaction that is rolled back. Floor: 5 000 entries a second read and
checked beside other work, and no more memory for the whole chain than for its first tenth (30 MB of tolerance).
"""

import argparse
import os
import resource
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta

import django

FLOOR = 5_000
TOLERANCE_KB = 30_000
BLOCK = 5_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")
    django.setup()
    return 0 if _measure(given.entries) else 1


def _measure(entries: int) -> bool:
    from django.db import transaction

    from apps.audit.verify import verify
    from apps.tenants.context import acting_in

    few, many = uuid.uuid4(), uuid.uuid4()
    with acting_in(few):
        _write(few, entries // 10)
        verify(few)
        transaction.set_rollback(True)
    with acting_in(many):
        written = _write(many, entries)
        before = _peak_kb()
        began, worked = time.perf_counter(), time.process_time()
        report = verify(many)
        rate, alone = entries / (time.perf_counter() - began), entries / (time.process_time() - worked)
        grown = _peak_kb() - before
        transaction.set_rollback(True)
    print(f"{entries:,} entries written at {written:,.0f}/s")  # noqa: T201
    print(f"verified from the database at {rate:,.0f} entries/s (floor {FLOOR:,}), intact: {report.intact}")  # noqa: T201
    print(f"in this process's own time: {alone:,.0f} entries/s")  # noqa: T201
    print(f"peak memory grew by {grown / 1024:,.1f} MB meanwhile (at most {TOLERANCE_KB / 1024:,.0f})")  # noqa: T201
    return report.intact and report.entries == entries and rate >= FLOOR and grown <= TOLERANCE_KB


def _write(tenant_id: uuid.UUID, entries: int) -> float:
    from apps.audit.record import Happening, record_all

    start = datetime(2026, 11, 21, tzinfo=UTC)
    began = time.perf_counter()
    for first in range(0, entries, BLOCK):
        record_all(
            tenant_id=tenant_id,
            happenings=[
                Happening(
                    event="filing.sent",
                    subject=("filing", str(tenant_id)),
                    data={"attempt": number, "mode": "online"},
                    at=start + timedelta(seconds=number),
                )
                for number in range(first, min(first + BLOCK, entries))
            ],
        )
    return entries / (time.perf_counter() - began)


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
