"""How long KSeF took lately, for sessions of a kind and size."""

from collections.abc import Sequence

from .models import ProcessingTime

KEPT = 25
# A first poll that found the result says only "not longer than this", so it counts a little shorter: otherwise the
# wait could only ever grow.
FOUND_AT_ONCE = 0.9


def recent_times(place: str, *, batch: bool, documents: int) -> Sequence[float]:
    """The last processing times, in seconds."""
    row = ProcessingTime.objects.filter(place=place, bucket=_bucket(batch, documents)).first()
    return [float(seconds) for seconds in row.seconds] if row else []


def note_time(place: str, seconds: float, *, batch: bool, documents: int) -> None:
    """Remember one more; the median of the last ones decides when the next result is asked for."""
    row, _ = ProcessingTime.objects.get_or_create(place=place, bucket=_bucket(batch, documents))
    kept = [*row.seconds, round(seconds, 3)][-KEPT:]
    ProcessingTime.objects.filter(pk=row.pk).update(seconds=kept)


def _bucket(batch: bool, documents: int) -> str:
    if not batch:
        return "online"
    return f"batch-{len(str(max(documents, 1)))}"
