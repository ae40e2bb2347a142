"""Decides which of the four errors an answer is. The one question: can anything have happened in KSeF?"""

from datetime import timedelta

from apps.ksef_client import codes
from apps.ksef_client.endpoints import Effect, Endpoint, Group
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Refused, Trouble, Unavailable


def lost(endpoint: Endpoint, reason: str, trouble: Trouble | None = None, wait: timedelta | None = None) -> KsefError:
    """No whole answer, or one we cannot read: fatal to nobody, but an effect may have happened."""
    text = f"{endpoint}: {reason}"
    if endpoint.effect is Effect.NONE:
        return Unavailable(text, trouble=trouble, retry_after=wait, endpoint=str(endpoint))
    return OutcomeUnknown(
        text,
        trouble=trouble,
        retry_after=wait,
        endpoint=str(endpoint),
        safe_to_repeat=endpoint.effect is Effect.REPEATABLE,
    )


def refused(endpoint: Endpoint, trouble: Trouble, wait: timedelta | None) -> KsefError:
    """The error for an answer that is not a success."""
    status = trouble.http_status or 0
    text = f"{endpoint}: HTTP {status} {_summary(trouble)}".rstrip()
    if status < 400 or status >= 500 or status == 408:
        # A redirect, a server error or a time-out may come after the effect.
        return lost(endpoint, f"HTTP {status} {_summary(trouble)}".rstrip(), trouble, wait)
    if endpoint.group is Group.UNCOUNTED and status not in (425, 429) and not trouble.is_waf:
        # Storage and status addresses: a 403 is an expired link there, not a missing right of the tenant.
        return Refused(text, trouble=trouble, retry_after=wait, endpoint=str(endpoint))
    return _kind(status, trouble)(text, trouble=trouble, retry_after=wait, endpoint=str(endpoint))


def _kind(status: int, trouble: Trouble) -> type[AccessDenied | Refused | Unavailable]:
    """A 4xx: whoever answered did not let the call through, so nothing happened."""
    if status in (425, 429) or trouble.is_waf:
        return Unavailable
    if trouble.codes:
        return codes.kind_of(trouble.codes)
    if status in (401, 403):
        return AccessDenied
    if status == 400 and not trouble.text:
        return Unavailable  # a refusal whose reason was cut off on the way: not enough to give up on a document
    return Refused


def _summary(trouble: Trouble) -> str:
    parts = [
        *(str(code) for code in trouble.codes),
        trouble.reason_code or "",
        trouble.text or trouble.raw,
        *trouble.details,
    ]
    return " ".join(part for part in parts if part)[:400]
