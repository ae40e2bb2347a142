"""What a mapping comes to: a document to file, a hold, or a skip; warnings go with each."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from apps.documents.mapping.exchange import Rate
from apps.documents.mapping.geography import POLAND
from apps.documents.mapping.reasons import Code, Reason, Text, Verdict, in_order
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.fa3 import document as fa3
from apps.fa3.codes import BucketKind
from apps.fa3.facts import Facts
from apps.fa3.rules import errors
from apps.fa3.schema import MAX_BYTES, validate_xml
from apps.fa3.xml import to_xml

# Place of supply abroad or tax of another state: the buyer does not look into KSeF (art. 106gb(4)).
_TAXED_ELSEWHERE = frozenset({BucketKind.OUTSIDE_POLAND, BucketKind.EU_SERVICE, BucketKind.OSS})


class Handover(StrEnum):
    """How the buyer receives the document."""

    KSEF = "ksef"  # the buyer finds it there
    AGREED = "agreed"  # the seller passes it on, with the QR code (art. 106gb(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A document that passed the schema and every check; `xml` are the bytes to store, hash and send."""

    document: fa3.Document
    xml: bytes
    warnings: tuple[Reason, ...]
    handover: Handover
    rows: tuple[Row, ...]  # what each row came from, in the order of the document's rows
    setup: Setup  # settings and decisions it was mapped with
    facts: Facts  # for the questions an accountant would ask (apps.fa3.rules.warnings)

    @property
    def verdict(self) -> Verdict:
        return Verdict.FILE

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return ()

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The exchange rates used, each once, as evidence."""
        return tuple(dict.fromkeys(row.rate for row in self.rows if row.rate))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Stopped until a person decides or time solves it; the first reason counts."""

    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return Verdict.HOLD

    @property
    def is_self_releasing(self) -> bool:
        """True when nobody has to act."""
        return all(reason.is_self_releasing for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Not for KSeF."""

    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return Verdict.SKIP


Mapped = File | Hold | Skip


def stopped(reasons: Iterable[Reason], warnings: Iterable[Reason] = ()) -> Hold | Skip:
    """The first reason decides between the two."""
    ordered = in_order(reasons)
    kind = Skip if ordered[0].verdict is Verdict.SKIP else Hold
    return kind(reasons=ordered, warnings=in_order(warnings))


def finish(
    document: fa3.Document, rows: tuple[Row, ...], setup: Setup, warnings: Iterable[Reason], facts: Facts
) -> File | Hold:
    """Write the document and look at the final bytes; what is wrong with them is our mistake and is never sent."""
    try:
        xml = to_xml(document)
    except ValueError as error:
        fault = Text(str(error), str(error))
        return Hold(reasons=(Reason(Code.SCHEMA_INVALID, "", {"fault": fault}),), warnings=in_order(warnings))
    if len(xml) > MAX_BYTES:
        too_large = Reason(Code.DOCUMENT_TOO_LARGE, "lines", {"size": len(xml), "limit": MAX_BYTES})
        return Hold(reasons=(too_large,), warnings=in_order(warnings))
    problems = errors(document, facts) + validate_xml(xml)
    if problems:
        reasons = [Reason(Code.SCHEMA_INVALID, item.path, {"fault": Text(item.pl, item.en)}) for item in problems]
        return Hold(reasons=in_order(reasons), warnings=in_order(warnings))
    return File(
        document=document,
        xml=xml,
        warnings=in_order(warnings),
        handover=_handover(document),
        rows=rows,
        setup=setup,
        facts=facts,
    )


def _handover(document: fa3.Document) -> Handover:
    is_domestic = isinstance(document.buyer.id, fa3.Nip) and (
        document.buyer.address is not None and document.buyer.address.country == POLAND
    )
    is_taxed_here = _TAXED_ELSEWHERE.isdisjoint([row.bucket for row in document.rows])
    return Handover.KSEF if is_domestic and is_taxed_here else Handover.AGREED
