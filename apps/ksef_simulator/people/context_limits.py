"""Limits on sessions per context: sizes and counts, and their overrides on test environments."""

from typing import Any

from apps.ksef_simulator.store import Store

DEFAULTS: dict[str, dict[str, int]] = {
    "onlineSession": {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10_000},
    "batchSession": {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10_000},
    "collectiveIdentifier": {"maxInvoices": 500},
}


class ContextLimits:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._overrides: dict[str, dict[str, Any]] = store.setting("context-limits") or {}

    def of(self, context: str) -> dict[str, dict[str, int]]:
        return {**DEFAULTS, **self._overrides.get(context, {})}

    def override(self, context: str, limits: dict[str, Any]) -> None:
        self._overrides[context] = limits
        self._store.set("context-limits", self._overrides)

    def restore(self, context: str) -> None:
        self._overrides.pop(context, None)
        self._store.set("context-limits", self._overrides)
