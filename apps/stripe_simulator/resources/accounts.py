from __future__ import annotations

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError


def current(call: Call) -> Answer:
    return call.change.account


def retrieve(call: Call) -> Answer:
    account = call.change.account
    if call.id != account.id:
        raise ApiError(
            403,
            f"The provided key does not have access to account '{call.id}' (or that account does not exist).",
            code="account_invalid",
        )
    return account


ROUTES = (
    Route("GET", "/v1/account", "rak_connected_account_read", current),
    Route("GET", "/v1/accounts/<id>", "rak_connected_account_read", retrieve),
)
