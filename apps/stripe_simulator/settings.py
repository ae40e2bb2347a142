from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingSettings:
    """How webhooks are sent; the waits are much shorter than Stripe's hours, so that a person need not wait."""

    senders: int = 8
    timeout: float = 10.0
    retry_base: float = 0.5
    retry_cap: float = 30.0
    retry_limit: int = 40
    with_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    id: str = "acct_1SDemoSeller000001"
    name: str = "Przykładowy SaaS sp. z o.o."
    country: str = "PL"
    currency: str = "pln"
    email: str = "faktury@przykladowy-saas.example"
    invoice_prefix: str = "FVS"
    api_version: str = "2026-10-28.endive"
    livemode: bool = False
    rounding: str = "line"
