from __future__ import annotations

import hashlib

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.events import IdempotentAnswer

from .errors import ApiError

_DAY = 86_400


def fingerprint(method: str, path: str, form: str) -> str:
    return hashlib.sha256(f"{method} {path}\n{form}".encode()).hexdigest()


def known_answer(change: Change, key: str, print: str) -> IdempotentAnswer | None:
    """The answer given before to the same request, or a refusal if the key was used for another one."""
    if len(key) > 255:
        raise ApiError(400, "Idempotency keys have at most 255 characters.", type="idempotency_error")
    answer = change.find(IdempotentAnswer, key)
    if answer is None or answer.created < change.at - _DAY:
        return None
    if answer.fingerprint != print:
        raise ApiError(
            400,
            "Keys for idempotent requests can only be used with the same endpoint and parameters they were first used "
            f"with. Try using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        )
    return answer
