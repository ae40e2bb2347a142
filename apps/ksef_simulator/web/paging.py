"""The two kinds of paging: by continuation token, and by offset."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from apps.ksef_simulator.web.call import Call
from apps.ksef_simulator.web.errors import BadRequest

Item = TypeVar("Item")
HEADER = "x-continuation-token"


def page_of(call: Call, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    """One page of a list, and the continuation token when there is more."""
    size = call.parameters["pageSize"]
    start = _offset(call, call.parameters.get(HEADER))
    page = items[start : start + size]
    more = start + size < len(items)
    return page, {"continuationToken": _token(call, start + size)} if more else {}


def offset_page_of(call: Call, items: Sequence[Item]) -> tuple[Sequence[Item], bool]:
    """The page numbered by pageOffset, and whether another follows."""
    size, number = call.parameters["pageSize"], call.parameters["pageOffset"]
    return items[number * size : (number + 1) * size], (number + 1) * size < len(items)


def _token(call: Call, offset: int) -> str:
    return base64.b64encode(json.dumps([_place(call), offset]).encode()).decode()


def _offset(call: Call, token: str | None) -> int:
    if not token:
        return 0
    try:
        place, offset = json.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise BadRequest(21418) from None
    if place != _place(call) or not isinstance(offset, int) or offset < 0:
        raise BadRequest(21418)
    return offset


def _place(call: Call) -> str:
    """A token continues the list it came from and no other."""
    values: dict[str, Any] = dict(call.path)
    return f"{call.operation.name}?{json.dumps(values, sort_keys=True)}"
