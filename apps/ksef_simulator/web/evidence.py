"""The report as it is handed out: counters, findings, and every accepted document."""

from collections import Counter
from typing import Any

from apps.ksef_simulator.sending.ledger import duplicate_key
from apps.ksef_simulator.system import System


def report(system: System, *, with_documents: bool) -> dict[str, Any]:
    now = system.clock.now()
    shown = system.report.as_json() | {
        "at": now.isoformat(),
        "counts": system.ledger.counts(now),
        "limitUsage": system.limiter.usage(now.timestamp()),
        "moreThanOnceAccepted": more_than_once(system),
    }
    return shown | {"accepted": documents(system)} if with_documents else shown


def documents(system: System) -> list[dict[str, Any]]:
    """Accepted documents; `sends` counts arrivals of the same content, `accepts` KSeF numbers for the same key."""
    accepts = Counter(duplicate_key(document.facts) for document in system.ledger.accepted() if document.facts)
    return [
        {
            "nip": document.facts.seller_nip,
            "kind": document.facts.kind,
            "number": document.facts.number,
            "issueDate": document.facts.issue_date,
            "hash": document.hash,
            "ksefNumber": document.ksef_number,
            "session": document.session,
            "document": document.reference,
            "mode": document.mode,
            "sends": len(system.ledger.by_hash(document.hash)),
            "accepts": accepts[duplicate_key(document.facts)],
        }
        for document in system.ledger.accepted()
        if document.facts is not None
    ]


def more_than_once(system: System) -> list[list[str]]:
    """Keys that more than one accepted document holds: must be empty, or the simulator itself is at fault."""
    keys = Counter(duplicate_key(document.facts) for document in system.ledger.accepted() if document.facts)
    return [list(key) for key, count in keys.items() if count > 1]
