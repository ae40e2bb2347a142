"""How long a document is kept: ten full years after the end of the year in which it was issued.

KSeF keeps invoices for that long (wording-and-law.md, row 23). The limitation of a tax (Ordynacja podatkowa art. 70)
ends earlier unless it was suspended; the longer of the two is the safe one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from apps.audit.record import record
from apps.documents.models import SourceDocument
from apps.fa3.calendar import warsaw_date

from .models import Erasure

YEARS = 10
BLOCK = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A document and the last day of its legal retention."""

    document_id: UUID
    until: date


def kept_until(issued_on: date) -> date:
    """The last day on which the document must still be there whole."""
    return date(issued_on.year + YEARS, 12, 31)


def kept(document: SourceDocument) -> Kept:
    return Kept(document.id, kept_until(warsaw_date(document.issued_at or document.captured_at)))


def anonymise_due(tenant_id: UUID, *, at: datetime) -> int:
    """Erase the personal data of the next block of documents whose time is over. Runs inside acting_in.

    The database itself refuses a document whose time is not over; this query only spares it the question.
    """
    done = 0
    for document in _over(tenant_id, at)[:BLOCK]:
        if not _asked("SELECT ksefkit_anonymise(%s)", document.id)[0]:
            continue  # its bytes were built in a later year than Stripe issued it: that year counts
        _asked("SELECT ksefkit_anonymise_attempts(%s)", document.id)
        words = _asked("SELECT ksefkit_erase_words(%s)", document.id)
        until = kept(document).until
        Erasure.objects.create(tenant_id=tenant_id, document=document, kept_until=until, erased_at=at)
        data = {"kept_until": until.isoformat(), "words": sorted(words)}
        record(tenant_id=tenant_id, event="document.anonymised", subject=document, data=data, at=at)
        done += 1
    return done


def anonymise_answers(tenant_id: UUID, *, at: datetime) -> int:
    """Erase names and addresses from register answers whose time is over. Runs inside acting_in."""
    (done,) = _asked("SELECT ksefkit_anonymise_answers()")
    if done:
        record(tenant_id=tenant_id, event="register_answers.anonymised", data={"answers": done}, at=at)
    return done


def erase_old_words(tenant_id: UUID, *, at: datetime) -> int:
    """Erase what was said freely about something that is no document, once its time is over. Runs inside acting_in."""
    words = _asked("SELECT ksefkit_erase_old_words()")
    if words:
        record(tenant_id=tenant_id, event="audit.words_erased", data={"words": sorted(words)}, at=at)
    return len(words)


def erase_old_events(tenant_id: UUID, *, at: datetime) -> int:
    """Erase events of objects that never became a document here, once their time is over. Runs inside acting_in."""
    (done,) = _asked("SELECT ksefkit_erase_old_events()")
    if done:
        record(tenant_id=tenant_id, event="stripe_events.erased", data={"events": done}, at=at)
    return done


def _asked(question: str, *about: UUID) -> list[int]:
    """What the database, which judges by its own clock, did."""
    with connection.cursor() as cursor:
        cursor.execute(question, about)
        return [row[0] for row in cursor.fetchall()]


def _over(tenant_id: UUID, at: datetime) -> QuerySet[SourceDocument]:
    erased = Erasure.objects.filter(tenant_id=tenant_id, document_id=OuterRef("pk"))
    first_kept = date(warsaw_date(at).year - YEARS, 1, 1)
    documents = SourceDocument.objects.filter(tenant_id=tenant_id, issued_at__date__lt=first_kept)
    return documents.filter(~Exists(erased)).order_by("issued_at")
