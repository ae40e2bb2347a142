"""Faults on order: which call or document they hit, how often, and what they do to it."""

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Any

# Effects on a request and its answer.
REQUEST_EFFECTS = {
    "drop_before": "close the connection without doing anything",
    "drop_after": "do it, then close the connection without an answer",
    "status": "answer `status` with `body` json, html or empty; `when` before or after the effect; `retry_after`",
    "error": "answer 400 with `code` and `details`, without effect",
    "slow": "wait `seconds` before anything else",
    "malformed": "do it, then answer half of the JSON",
    "truncated": "do it, then send fewer bytes than Content-Length promises",
    "html": "answer the page of a firewall with `status` (403, 502 or 503), without effect",
}
# Effects on what happens to a document, session, sign-in or receipt.
DOMAIN_EFFECTS = {
    "stuck": "the document stays at 150 for `seconds`, or until the rule is removed",
    "document_status": "the document ends with `code` and `details` instead of its own result",
    "session_status": "the session ends with `code`; its documents with 405",
    "close_lost": "closing answers 204 but the session stays open",
    "wrong_original_session": "a duplicate's extensions name its own session",
    "no_extensions": "a duplicate carries no extensions",
    "upload_refused": "PUT of a part answers `status` (default 403)",
    "upload_lost": "PUT of a part answers 201 but keeps nothing",
    "expired_link": "the storage link has ended",
    "wrong_upo": "the receipt is the one of another document",
    "broken_upo": "the receipt's signature does not fit its content",
    "wrong_hash_header": "x-ms-meta-hash does not fit the body",
    "signin_stuck": "sign-in stays at 100 for `seconds`, or until the rule is removed",
    "signin_status": "sign-in ends with `code` and `details`",
    "blocked_context": "sign-in ends with 480",
    "hidden_document": "a sent document is missing from lists for `seconds`",
}
EFFECTS = REQUEST_EFFECTS | DOMAIN_EFFECTS
# Where an effect belongs to no single call, the rule's call does not matter.
ANY = "*"

NAMES = {
    "challenge": "POST /auth/challenge",
    "token sign-in": "POST /auth/ksef-token",
    "xades sign-in": "POST /auth/xades-signature",
    "sign-in status": "GET /auth/{referenceNumber}",
    "redeem": "POST /auth/token/redeem",
    "refresh": "POST /auth/token/refresh",
    "public keys": "GET /security/public-key-certificates",
    "open online": "POST /sessions/online",
    "send": "POST /sessions/online/{referenceNumber}/invoices",
    "close online": "POST /sessions/online/{referenceNumber}/close",
    "open batch": "POST /sessions/batch",
    "upload part": "PUT /storage/upload",
    "close batch": "POST /sessions/batch/{referenceNumber}/close",
    "session status": "GET /sessions/{referenceNumber}",
    "session list": "GET /sessions",
    "document status": "GET /sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}",
    "document list": "GET /sessions/{referenceNumber}/invoices",
    "failed list": "GET /sessions/{referenceNumber}/invoices/failed",
    "upo": "GET *upo*",
    "storage": "GET /storage/*",
    "download": "GET /invoices/ksef/{ksefNumber}",
    "metadata": "POST /invoices/query/metadata",
    "export": "POST /invoices/exports",
    "export status": "GET /invoices/exports/{referenceNumber}",
}


@dataclass(slots=True)
class Rule:
    effect: str
    operation: str = "*"
    context: str | None = None
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    arguments: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    seen: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def matches(self, operation: str, context: str | None) -> bool:
        # Templates hold braces and slashes only, so shell patterns are safe on them.
        named = NAMES.get(self.operation, self.operation)
        right_context = self.context is None or self.context == context
        return right_context and (operation in (named, ANY) or fnmatchcase(operation, named))

    def as_json(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in ("id", "effect", "operation", "context", "skip", "times")}
        counted = {name: getattr(self, name) for name in ("probability", "arguments", "seen", "hits", "spent")}
        return shown | counted


class Faults:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._rules: list[Rule] = []
        self._next = 1
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> Rule:
        if rule.effect not in EFFECTS:
            raise ValueError(f"unknown effect {rule.effect!r}; known: {', '.join(sorted(EFFECTS))}")
        with self._lock:
            rule.id, self._next = self._next, self._next + 1
            self._rules.append(rule)
        return rule

    def remove(self, identifier: int) -> bool:
        with self._lock:
            kept = [rule for rule in self._rules if rule.id != identifier]
            removed = len(kept) < len(self._rules)
            self._rules = kept
        return removed

    def clear(self) -> None:
        with self._lock:
            self._rules = []

    def rules(self) -> list[Rule]:
        with self._lock:
            return list(self._rules)

    def alive(self, identifier: int) -> bool:
        return any(rule.id == identifier for rule in self.rules())

    def for_request(self, operation: str, context: str | None) -> list[Rule]:
        """The rules that hit this request; looking counts as one matching call."""
        return self._take(REQUEST_EFFECTS.keys(), operation, context)

    def take(self, effect: str, operation: str = ANY, context: str | None = None) -> Rule | None:
        """The first rule of this effect that hits here, or None."""
        if not self._rules:
            return None
        hit = self._take({effect}, operation, context)
        return hit[0] if hit else None

    def _take(self, effects: Any, operation: str, context: str | None) -> list[Rule]:
        if not self._rules:
            return []
        with self._lock:
            return [
                rule
                for rule in self._rules
                if rule.effect in effects and rule.matches(operation, context) and self._hits(rule)
            ]

    def _hits(self, rule: Rule) -> bool:
        rule.seen += 1
        if rule.spent or rule.seen <= rule.skip or self._random.random() >= rule.probability:
            return False
        rule.hits += 1
        return True
