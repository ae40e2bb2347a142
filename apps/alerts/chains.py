"""The nightly look at every audit chain: is it whole, and does it still contain the head that was exported before?"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from apps.audit.record import PLATFORM
from apps.audit.verify import ChainReport, verify
from apps.filings.alarms import clear_alarm, raise_alarm
from apps.tenants.context import acting_in
from apps.tenants.platform import tenant_ids

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HeadsFile:
    """One JSON line per chain and night, only appended; keep it where the database's owner cannot write."""

    path: Path | None

    def last(self) -> dict[UUID, tuple[int, bytes]]:
        """The newest exported head of each chain."""
        heads: dict[UUID, tuple[int, bytes]] = {}
        if self.path is None or not self.path.exists():
            return heads
        with self.path.open() as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    told = json.loads(line)
                    heads[UUID(told["chain"])] = (told["sequence"], bytes.fromhex(told["hash"]))
                except (ValueError, KeyError, TypeError):
                    # A full disk cuts a line short; the chain's head of the night before still proves what it proved.
                    log.error("audit.heads_line_unreadable", line=number)
        return heads

    def append(self, report: ChainReport, *, at: datetime) -> None:
        if self.path is None:
            return
        told = {
            "at": at.isoformat(),
            "chain": str(report.tenant_id),
            "sequence": report.entries,
            "hash": report.head.hex(),
        }
        with self.path.open("a+b") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            is_whole = file.read(1) in {b"", b"\n"}
            # A line that a full disk cut short must spoil only itself.
            file.write((b"" if is_whole else b"\n") + json.dumps(told).encode() + b"\n")


def check_chains(heads: HeadsFile, *, at: datetime) -> list[ChainReport]:
    """Verify every chain, export the heads of those that hold, raise an alarm for those that do not; returns these."""
    known = heads.last()
    broken = []
    for tenant_id in [PLATFORM, *tenant_ids()]:
        with acting_in(tenant_id):
            report = verify(tenant_id, known_head=known.get(tenant_id))
            if tenant_id != PLATFORM:
                _tell(report, at)
        if report.intact:
            # The log is the second place: it leaves this machine with every other line.
            log.info("audit.head", chain=str(tenant_id), sequence=report.entries, hash=report.head.hex())
            try:
                heads.append(report, at=at)
            except OSError:
                log.exception("audit.head_not_exported", chain=str(tenant_id))
        else:
            log.error("audit.broken", chain=str(tenant_id), at_entry=report.broken_at, fault=report.fault)
            broken.append(report)
    return broken


def _tell(report: ChainReport, at: datetime) -> None:
    if report.intact:
        clear_alarm(report.tenant_id, "audit_broken", at=at)
    else:
        raise_alarm(report.tenant_id, "audit_broken", params={"entry": report.broken_at}, at=at)
