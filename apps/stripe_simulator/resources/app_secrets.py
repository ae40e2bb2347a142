from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import Listing, page_of
from apps.stripe_simulator.api.params import Params
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.events import AppSecret

_PER_SCOPE = 10  # docs.stripe.com/stripe-apps/store-secrets


def create(call: Call) -> Answer:
    """Creates the secret, or replaces the one of the same name in the same scope."""
    params, change = call.params, call.change
    name, payload = params.required("name"), params.required("payload")
    scope = _scope(params)
    known = _find(change, name, scope)
    if known is None and sum(1 for secret in _live(change) if _scope_of(secret) == scope) >= _PER_SCOPE:
        raise ApiError(400, f"You have reached the limit of {_PER_SCOPE} secrets for this scope.", param="scope")
    expires_at = params.integer("expires_at")
    if known:
        return change.put(replace(known, payload=payload, expires_at=expires_at))
    return change.put(
        AppSecret(
            id=new_id("appsecret"),
            created=change.at,
            name=name,
            payload=payload,
            scope_type=scope[0],
            scope_user=scope[1],
            expires_at=expires_at,
        )
    )


def find(call: Call) -> Answer:
    return _must_find(call.change, call.params.required("name"), _scope(call.params))


def delete(call: Call) -> Answer:
    secret = _must_find(call.change, call.params.required("name"), _scope(call.params))
    call.change.delete(secret)
    return {
        "id": secret.id,
        "object": "apps.secret",
        "created": secret.created,
        "deleted": True,
        "expires_at": secret.expires_at,
        "livemode": call.change.account.livemode,
        "name": secret.name,
        "scope": {"type": secret.scope_type} | ({"user": secret.scope_user} if secret.scope_user else {}),
    }


def list_all(call: Call) -> Answer:
    scope, now = _scope(call.params), call.change.at
    page: Listing = page_of(
        call.change,
        AppSecret,
        call.params,
        url="/v1/apps/secrets",
        keep=lambda secret: _scope_of(secret) == scope and not _expired(secret, now),
    )
    return page


Scope = tuple[str, str | None]


def _scope(params: Params) -> Scope:
    group = params.group("scope")
    if group is None:
        raise ApiError(400, "Missing required param: scope.", code="parameter_missing", param="scope")
    type = group.choice("type", ("account", "user")) or ""
    user = group.text("user")
    if (type == "user") != (user is not None):
        raise ApiError(400, "A scope of type user needs a user, one of type account has none.", param="scope[user]")
    return type, user


def _scope_of(secret: AppSecret) -> Scope:
    return secret.scope_type, secret.scope_user


def _expired(secret: AppSecret, now: int) -> bool:
    return secret.expires_at is not None and secret.expires_at <= now


def _live(change: Change) -> list[AppSecret]:
    return [secret for secret in change.newest_first(AppSecret) if not _expired(secret, change.at)]


def _find(change: Change, name: str, scope: Scope) -> AppSecret | None:
    return next((secret for secret in _live(change) if secret.name == name and _scope_of(secret) == scope), None)


def _must_find(change: Change, name: str, scope: Scope) -> AppSecret:
    secret = _find(change, name, scope)
    if secret is None:
        raise ApiError(404, f"No such secret: '{name}'", code="resource_missing", param="name")
    return secret


ROUTES = (
    Route("POST", "/v1/apps/secrets", "rak_secret_write", create),
    Route("GET", "/v1/apps/secrets", "rak_secret_write", list_all),
    Route("GET", "/v1/apps/secrets/find", "rak_secret_write", find),
    Route("POST", "/v1/apps/secrets/delete", "rak_secret_write", delete),
)
