from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import created_filter, get_or_404, page_of
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.records.catalogue import TaxRate


def create(call: Call) -> Answer:
    params = call.params
    params.required("display_name")
    params.required("percentage")
    params.required("inclusive")
    percentage = params.decimal("percentage", Decimal(0)) or Decimal(0)
    if not 0 <= percentage <= 100 or percentage != round(percentage, 4):
        raise ApiError(400, "Invalid percentage: it must be from 0 to 100 with at most 4 places.", param="percentage")
    rate = TaxRate(
        id=new_id("txr"),
        created=call.change.at,
        percentage=percentage,
        inclusive=params.flag("inclusive"),
        display_name=params.text("display_name") or "",
        description=params.text("description"),
        country=params.text("country"),
        state=params.text("state"),
        jurisdiction=params.text("jurisdiction"),
        tax_type=params.text("tax_type"),
        active=params.flag("active", True),
        metadata=params.metadata({}),
    )
    announce(call.change, "tax_rate.created", call.change.put(rate))
    return rate


def retrieve(call: Call) -> Answer:
    return get_or_404(call.change, TaxRate, call.id)


def update(call: Call) -> Answer:
    """Percentage and behaviour of a rate never change; its names may."""
    known = get_or_404(call.change, TaxRate, call.id)
    params = call.params
    changed = replace(
        known,
        active=params.flag("active", known.active),
        display_name=params.text("display_name", known.display_name) or known.display_name,
        description=params.text("description", known.description),
        country=params.text("country", known.country),
        jurisdiction=params.text("jurisdiction", known.jurisdiction),
        state=params.text("state", known.state),
        tax_type=params.text("tax_type", known.tax_type),
        metadata=params.metadata(known.metadata),
    )
    announce(call.change, "tax_rate.updated", call.change.put(changed), previous=known)
    return changed


def list_all(call: Call) -> Answer:
    params = call.params
    created = created_filter(params)
    active = params.flag("active") if "active" in params else None
    inclusive = params.flag("inclusive") if "inclusive" in params else None

    def keep(rate: TaxRate) -> bool:
        return created(rate) and active in (None, rate.active) and inclusive in (None, rate.inclusive)

    return page_of(call.change, TaxRate, params, url="/v1/tax_rates", keep=keep)


ROUTES = (
    Route("POST", "/v1/tax_rates", "rak_tax_rate_write", create),
    Route("GET", "/v1/tax_rates", "rak_tax_rate_read", list_all),
    Route("GET", "/v1/tax_rates/<id>", "rak_tax_rate_read", retrieve),
    Route("POST", "/v1/tax_rates/<id>", "rak_tax_rate_write", update),
)
