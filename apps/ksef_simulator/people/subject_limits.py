"""Limits on certificates per identity, and their overrides on test environments."""

from typing import Any

from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store

# Enrolments and active certificates (API docs, limity, since 2.3.0).
DEFAULTS = {"Nip": (300, 100), "Pesel": (12, 6), "Fingerprint": (12, 6)}


class SubjectLimits:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._overrides: dict[str, dict[str, Any]] = store.setting("subject-limits") or {}

    def of(self, subject: Identifier) -> tuple[int, int]:
        """How many certificates may be asked for, and how many may be active."""
        enrolments, certificates = DEFAULTS.get(subject.type, DEFAULTS["Nip"])
        own = self._overrides.get(str(subject), {})
        return own.get("maxEnrollments", enrolments), own.get("maxCertificates", certificates)

    def override(self, subject: Identifier, enrolments: int | None, certificates: int | None) -> None:
        own = self._overrides.setdefault(str(subject), {})
        if enrolments is not None:
            own["maxEnrollments"] = enrolments
        if certificates is not None:
            own["maxCertificates"] = certificates
        self._store.set("subject-limits", self._overrides)

    def restore(self, subject: Identifier) -> None:
        self._overrides.pop(str(subject), None)
        self._store.set("subject-limits", self._overrides)
