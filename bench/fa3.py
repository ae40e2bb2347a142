"""How many ten-line FA(3) documents are built, written and validated per second on one core: `python -m bench.fa3`."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from apps.fa3.document import Address, Bucket, BucketKind, Buyer, Document, Nip, Row, Seller, VatCategory
from apps.fa3.rounding import round_to_grosz, tax_from_net_sum
from apps.fa3.schema import validate_xml
from apps.fa3.xml import to_xml

TARGET = 4000
RUNS = 7
DOCUMENTS = 3000
WARM_UP = DOCUMENTS // 20  # 5 %


def build(serial: int) -> Document:
    """The fixture all builders are compared on: ten lines at 23 %, another number each time."""
    price = Decimal("49.90")
    rows = tuple(
        Row(
            number=place,
            name=f"Subskrypcja plan Pro, stanowisko {place}",
            unit="szt",
            quantity=Decimal(place),
            net_price=price,
            net=round_to_grosz(price * place),
            category=VatCategory.RATE_23,
        )
        for place in range(1, 11)
    )
    nets = [row.net for row in rows if row.net is not None]
    net = sum(nets, Decimal(0))
    tax = tax_from_net_sum(nets, Decimal(23))
    return Document(
        created_at=datetime(2026, 6, 1, 10, 0, tzinfo=UTC),
        system="bench",
        seller=Seller(
            nip="5265877635",
            name="Sprzedawca sp. z o.o.",
            address=Address(country="PL", line1="ul. Prosta 1", line2="00-001 Warszawa"),
        ),
        buyer=Buyer(
            id=Nip(number="5252344078"),
            name="Nabywca S.A.",
            address=Address(country="PL", line1="ul. Długa 2", line2="00-002 Warszawa"),
        ),
        currency="PLN",
        issued_on=date(2026, 6, 1),
        place="Warszawa",
        number=f"FV/2026/06/{serial}",
        buckets=(Bucket(kind=BucketKind.STANDARD, net=net, tax=tax),),
        total=net + tax,
        rows=rows,
    )


def file_one(serial: int) -> None:
    """Build, write and validate one document; an invalid one stops the bench."""
    if problems := validate_xml(to_xml(build(serial))):
        raise RuntimeError(str(problems))


def measure(work: Callable[[int], object]) -> tuple[float, float]:
    """Median microseconds per call over the runs: wall clock and processor time."""
    for serial in range(WARM_UP):
        work(serial)
    runs = [_run(work) for _ in range(RUNS)]
    return statistics.median(wall for wall, _ in runs), statistics.median(cpu for _, cpu in runs)


def _run(work: Callable[[int], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    for serial in range(DOCUMENTS):
        work(serial)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall / DOCUMENTS * 1e6, cpu / DOCUMENTS * 1e6


def report() -> dict[str, object]:
    """The figures of one measurement, pinned to one core where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    document = build(1)
    data = to_xml(document)
    wall, cpu = measure(file_one)
    return {
        "bench": "fa3_build_validate",
        "per_second": round(1e6 / wall),
        "target": TARGET,
        "per_cpu_second": round(1e6 / cpu),  # what another job on the core takes away does not count here
        "microseconds": round(wall, 1),
        "build_us": round(measure(build)[0], 1),
        "write_us": round(measure(lambda _: to_xml(document))[0], 1),
        "validate_us": round(measure(lambda _: validate_xml(data))[0], 1),
        "bytes": len(data),
        "lines": len(document.rows),
        "runs": RUNS,
        "documents_per_run": DOCUMENTS,
        "python": platform.python_version(),
    }


def main() -> int:
    sys.stdout.write(json.dumps(report()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
