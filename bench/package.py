"""10 000 varied documents to an encrypted package, and the envelope of one: `python -m bench.package [DOCUMENTS]`.

Method: one pinned core; documents with random names, addresses and ten lines of four words out of 4 000 (seed 1). The
clock covers building and writing each document, packing, splitting, encrypting and hashing, as in a real batch. The
target is held against processor time, so that another job on the core does not decide it; both clocks are shown. The
extra memory is the growth of the process's peak over its size after a warm-up of 200 documents.
"""

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from apps.fa3.document import Address, Bucket, BucketKind, Buyer, Document, Nip, Row, Seller, VatCategory
from apps.fa3.rounding import round_to_grosz, tax_from_net_sum
from apps.fa3.xml import to_xml
from apps.ksef_client.archives import Compression
from apps.ksef_client.crypto import new_session_key, seal
from apps.ksef_client.package import Package, build_package

DOCUMENTS = 10_000
TARGET_SECONDS = 8.0
TARGET_MEGABYTES = 150.0
TARGET_RATIO = 0.45
LETTERS = "aąbcćdeęfghijklłmnńoóprsśtuwyzźż"
ENVELOPES = 20_000


class Varied:
    """Makes documents that differ in everything people type."""

    def __init__(self) -> None:
        self._random = random.Random(1)  # noqa: S311 repeatable, not secret
        self._words = ["".join(self._random.choices(LETTERS, k=self._random.randint(3, 11))) for _ in range(4000)]

    def documents(self, count: int) -> Iterator[tuple[str, bytes]]:
        for serial in range(count):
            yield f"d{serial}", to_xml(self._document(serial))

    def _say(self, words: int) -> str:
        return " ".join(self._random.choices(self._words, k=words))

    def _address(self) -> Address:
        number = self._random.randint(1, 99_999)
        return Address(country="PL", line1=f"ul. {self._say(1)} {number % 200}", line2=f"{number:05} {self._say(1)}")

    def _row(self, place: int) -> Row:
        price, quantity = Decimal(self._random.randint(1, 99_999)) / 100, Decimal(self._random.randint(1, 12))
        return Row(
            number=place,
            name=self._say(4),
            unit="szt",
            quantity=quantity,
            net_price=price,
            net=round_to_grosz(price * quantity),
            category=VatCategory.RATE_23,
        )

    def _document(self, serial: int) -> Document:
        rows = tuple(self._row(place) for place in range(1, 11))
        nets = [row.net for row in rows if row.net is not None]
        net, tax = sum(nets, Decimal(0)), tax_from_net_sum(nets, Decimal(23))
        return Document(
            created_at=datetime(2026, 6, 1, 10, 0, serial % 60, tzinfo=UTC),
            system="bench",
            seller=Seller(nip="5265877635", name="Sprzedawca sp. z o.o.", address=self._address()),
            buyer=Buyer(id=Nip(number="5252344078"), name=self._say(3), address=self._address()),
            currency="PLN",
            issued_on=date(2026, 6, 1 + serial % 28),
            place="Warszawa",
            number=f"FV/2026/06/{serial}",
            buckets=(Bucket(kind=BucketKind.STANDARD, net=net, tax=tax),),
            total=net + tax,
            rows=rows,
        )


def pack(count: int, compression: Compression) -> tuple[Package, float, float]:
    """One package in a folder of its own, and the seconds it took: processor time and wall clock."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        package = build_package(Varied().documents(count), new_session_key(), Path(folder), compression=compression)
        return package, time.process_time() - cpu, time.perf_counter() - wall


def building_alone(count: int) -> float:
    """The seconds that go into the documents themselves."""
    started = time.process_time()
    for _ in Varied().documents(count):
        pass
    return time.process_time() - started


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def envelope() -> dict[str, object]:
    """AES and both hashes of one document."""
    key, (_, document) = new_session_key(), next(Varied().documents(1))
    figures = []
    for _ in range(7):
        started = time.process_time()
        for _ in range(ENVELOPES):
            seal(document, key)
        figures.append((time.process_time() - started) / ENVELOPES * 1e6)
    median = statistics.median(figures)
    return {
        "bench": "envelope",
        "microseconds": round(median, 1),
        "per_second": round(1e6 / median),
        "bytes": len(document),
    }


def package(count: int) -> dict[str, object]:
    pack(200, Compression.TAR_GZ)
    before = peak_megabytes()
    packed, seconds, wall_seconds = pack(count, Compression.TAR_GZ)
    extra = peak_megabytes() - before
    zipped, zip_seconds, _ = pack(count, Compression.ZIP)
    building = building_alone(count)
    return {
        "bench": "package",
        "documents": count,
        "seconds": round(seconds, 2),
        "target_seconds": TARGET_SECONDS,
        "wall_seconds": round(wall_seconds, 2),
        "packing_seconds": round(seconds - building, 2),
        "zip_seconds": round(zip_seconds, 2),
        "extra_megabytes": round(extra, 1),
        "target_megabytes": TARGET_MEGABYTES,
        "tar_gz_bytes": packed.size,
        "zip_bytes": zipped.size,
        "ratio": round(packed.size / zipped.size, 3),
        "target_ratio": TARGET_RATIO,
    }


def main() -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    result = package(count)
    for line in (result, envelope()):
        sys.stdout.write(json.dumps(line) + "\n")
    limits = {"seconds": TARGET_SECONDS, "extra_megabytes": TARGET_MEGABYTES, "ratio": TARGET_RATIO}
    return 0 if all(float(str(result[name])) <= limit for name, limit in limits.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
