"""Compares how the samples ended with how their scenarios say they end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FILED, HELD, NOT_FOR_KSEF, NO_DOCUMENT = "filed", "held", "not_for_ksef", "no_document"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a scenario promises for one Stripe object."""

    scenario: str
    stripe_id: str
    outcome: str
    kind: str = ""  # "void": the correction of a voided invoice, which bears the invoice's id


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one Stripe object."""

    stripe_id: str
    outcome: str
    ksef_number: str = ""
    has_upo: bool = False
    reason: str = ""


def differences(expected: Iterable[Expected], seen: Sequence[Seen]) -> list[str]:
    """One line for each sample that did not end as promised; none when all is well."""
    found: dict[str, list[Seen]] = {}
    for document in seen:
        found.setdefault(document.stripe_id, []).append(document)
    lines = [line for promise in expected if (line := _difference(promise, found.get(promise.stripe_id, [])))]
    return lines + _shared_numbers(seen)


def _difference(promise: Expected, documents: Sequence[Seen]) -> str | None:
    what = f"{promise.scenario} ({promise.stripe_id})"
    place, most = (1, 2) if promise.kind == "void" else (0, 1)
    if len(documents) > most:
        return f"{what} should be one document but is {len(documents)}"
    document = documents[place] if len(documents) > place else None
    outcome = document.outcome if document else NO_DOCUMENT
    if outcome != promise.outcome:
        reason = f", reason: {document.reason}" if document and document.reason else ""
        return f"{what} should be {promise.outcome} but is {outcome}{reason}"
    if document and outcome == FILED and not (document.ksef_number and document.has_upo):
        return f"{what} is filed but has no {'UPO' if document.ksef_number else 'KSeF number'}"
    return None


def _shared_numbers(seen: Sequence[Seen]) -> list[str]:
    """Two documents can never have one KSeF number."""
    first: dict[str, Seen] = {}
    for document in seen:
        first.setdefault(document.ksef_number, document)
    return [
        f"{document.stripe_id} has the KSeF number of {first[document.ksef_number].stripe_id}"
        for document in seen
        if document.ksef_number and first[document.ksef_number] is not document
    ]
