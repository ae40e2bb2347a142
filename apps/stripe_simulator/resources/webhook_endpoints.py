from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import get_or_404, page_of
from apps.stripe_simulator.operations.endpoints import add_endpoint, checked_url
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.events import WebhookEndpoint
from apps.stripe_simulator.shapes.integration import webhook_endpoint_shape
from apps.stripe_simulator.versions.names import check_version


def create(call: Call) -> Answer:
    params = call.params
    params.flag("connect")
    endpoint = add_endpoint(
        call.change,
        url=params.required("url"),
        enabled_events=_checked_events(params.texts("enabled_events")),
        api_version=_checked_version(params.text("api_version")),
        description=params.text("description"),
        metadata=params.metadata({}),
    )
    # The only answer that ever shows the secret.
    return {**webhook_endpoint_shape(call.change, endpoint), "secret": endpoint.secrets[0].value}


def retrieve(call: Call) -> Answer:
    return get_or_404(call.change, WebhookEndpoint, call.id)


def update(call: Call) -> Answer:
    params = call.params
    known = get_or_404(call.change, WebhookEndpoint, call.id)
    url = params.text("url")
    events = params.texts("enabled_events")
    disabled = params.flag("disabled", known.status == "disabled")
    return call.change.put(
        replace(
            known,
            url=checked_url(call.change, url) if url else known.url,
            enabled_events=known.enabled_events if events is None else _checked_events(events),
            description=params.text("description") if "description" in params else known.description,
            status="disabled" if disabled else "enabled",
            metadata=params.metadata(known.metadata),
        )
    )


def delete(call: Call) -> Answer:
    call.change.delete(get_or_404(call.change, WebhookEndpoint, call.id))
    return {"id": call.id, "object": "webhook_endpoint", "deleted": True}


def list_all(call: Call) -> Answer:
    return page_of(call.change, WebhookEndpoint, call.params, url="/v1/webhook_endpoints")


def _checked_events(events: tuple[str, ...] | None) -> tuple[str, ...]:
    if not events:
        raise ApiError(400, "Missing required param: enabled_events.", code="parameter_missing", param="enabled_events")
    return events


def _checked_version(version: str | None) -> str | None:
    try:
        return check_version(version) if version else None
    except Refusal as refusal:
        raise ApiError(400, refusal.message, param="api_version") from refusal


ROUTES = (
    Route("POST", "/v1/webhook_endpoints", "rak_webhook_write", create),
    Route("GET", "/v1/webhook_endpoints", "rak_webhook_read", list_all),
    Route("GET", "/v1/webhook_endpoints/<id>", "rak_webhook_read", retrieve),
    Route("POST", "/v1/webhook_endpoints/<id>", "rak_webhook_write", update),
    Route("DELETE", "/v1/webhook_endpoints/<id>", "rak_webhook_write", delete),
)
