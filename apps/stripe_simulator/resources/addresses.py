from __future__ import annotations

from apps.stripe_simulator.api.params import Params
from apps.stripe_simulator.records.parties import Address, Delivery

_PARTS = ("city", "country", "line1", "line2", "postal_code", "state")


def read_address(params: Params | None) -> Address | None:
    if params is None:
        return None
    return Address(**{part: params.text(part) for part in _PARTS})


def read_delivery(params: Params | None) -> Delivery | None:
    if params is None:
        return None
    return Delivery(name=params.text("name"), phone=params.text("phone"), address=read_address(params.group("address")))
