from __future__ import annotations

from fnmatch import fnmatchcase

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import Listing, created_filter, get_or_404, page_of
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import Event, WebhookDelivery
from apps.stripe_simulator.versions.envelopes import event_shape

_THIRTY_DAYS = 30 * 86_400


def retrieve(call: Call) -> Answer:
    return shape_of(call.change, get_or_404(call.change, Event, call.id))


def list_all(call: Call) -> Answer:
    """Events of the last 30 days, each in the account's version at the time it happened."""
    params, change = call.params, call.change
    types, one = params.texts("types"), params.text("type")
    if types is not None and len(types) > 20:
        raise ApiError(400, "You can filter for at most 20 types.", param="types")
    created = created_filter(params)
    succeeded = params.flag("delivery_success") if "delivery_success" in params else None
    outcomes = _outcomes(change) if succeeded is not None else {}

    def keep(event: Event) -> bool:
        return (
            (one is None or fnmatchcase(event.type, one))
            and (types is None or event.type in types)
            and created(event)
            and event.created >= change.at - _THIRTY_DAYS
            and (succeeded is None or outcomes.get(event.id, True) is succeeded)
        )

    page = page_of(change, Event, params, url="/v1/events", keep=keep)
    return Listing(page.items, page.has_more, page.url, item=lambda event: shape_of(change, event))


def shape_of(change: Change, event: Event) -> Json:
    return event_shape(change, event, event.api_version, pending_webhooks=0)


def _outcomes(change: Change) -> dict[str, bool]:
    """Whether every endpoint that was to get an event got it."""
    outcomes: dict[str, bool] = {}
    for delivery in change.newest_first(WebhookDelivery):
        outcomes[delivery.event] = outcomes.get(delivery.event, True) and delivery.state == "delivered"
    return outcomes


ROUTES = (
    Route("GET", "/v1/events", "rak_event_read", list_all),
    Route("GET", "/v1/events/<id>", "rak_event_read", retrieve),
)
