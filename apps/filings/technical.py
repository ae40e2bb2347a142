"""Technical correction: a document declared offline and refused for a technical reason goes again, corrected, naming
the hash of the refused original (API digest, 9.6)."""

from .attempts import Outcome
from .models import Filing

# KSeF refused the file, not the right to issue it.
TECHNICAL = frozenset({430, 435, 440, 450})


def corrected_hash(filing: Filing) -> bytes | None:
    """The hash of the refused original, when this document was declared offline and has other bytes by now."""
    if filing.offline_at is None:
        return None
    refused = filing.attempts.filter(outcome=Outcome.REJECTED, offline=True).order_by("began_at").first()
    if refused is None or bytes(refused.invoice_hash) == bytes(filing.invoice_hash or b""):
        return None
    return bytes(refused.invoice_hash)
