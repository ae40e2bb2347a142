"""How fast an audit chain is verified: `python -m bench.audit`. Floor: 50 000 entries a second on one core."""

import argparse
import os
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta

import django

from apps.audit.chain import FIRST_HASH

FLOOR = 50_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")
    django.setup()
    rate = _hash_rate(given.entries)
    print(f"hash and compare, without the database: {rate:,.0f} entries/s (floor {FLOOR:,})")  # noqa: T201
    return 0 if rate >= FLOOR else 1


def _hash_rate(entries: int) -> float:
    from apps.audit.chain import hash_of
    from apps.audit.models import AuditEntry

    tenant_id, start = uuid.uuid4(), datetime(2026, 11, 21, tzinfo=UTC)
    chain = [
        AuditEntry(
            tenant_id=tenant_id,
            sequence=number,
            at=start + timedelta(seconds=number),
            event="filing.sent",
            actor="system",
            subject_kind="filing",
            subject_id=str(tenant_id),
            data={"attempt": number, "mode": "online"},
            previous_hash=FIRST_HASH,
        )
        for number in range(1, min(entries, 50_000) + 1)
    ]
    began = time.perf_counter()
    for _ in range(max(1, entries // len(chain))):
        for entry in chain:
            hash_of(entry)
    return entries / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
