from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from apps.stripe_simulator.book import Change, Missing
from apps.stripe_simulator.records.base import Record

from .errors import ApiError, missing
from .params import Params

R = TypeVar("R", bound=Record)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `item` renders parts that are no records."""

    items: Sequence[Any]
    has_more: bool
    url: str
    item: Callable[[Any], dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Window:
    limit: int
    after: str | None
    before: str | None


def window(params: Params, *, default: int = 10) -> Window:
    limit = params.integer("limit", default)
    if limit is None or not 1 <= limit <= 100:
        raise ApiError(400, "Invalid limit: it must be between 1 and 100.", param="limit")
    after, before = params.text("starting_after"), params.text("ending_before")
    if after and before:
        raise ApiError(400, "You can give only one of starting_after and ending_before.", param="ending_before")
    return Window(limit, after, before)


def page_of(
    change: Change, kind: type[R], params: Params, *, url: str, keep: Callable[[R], bool] | None = None
) -> Listing:
    """Records newest first; going back before an id keeps that order within the page."""
    frame = window(params)
    for id in (frame.after, frame.before):
        if id is not None and change.find(kind, id) is None:
            raise missing(kind.KIND, id, param="starting_after" if frame.after else "ending_before")
    records: Iterator[R] = change.page(kind, after=frame.after, before=frame.before)
    found = list(islice(filter(keep, records) if keep else records, frame.limit + 1))
    shown = found[: frame.limit]
    return Listing(shown[::-1] if frame.before else shown, len(found) > frame.limit, url)


def page_of_parts(items: Sequence[T], id_of: Callable[[T], str], params: Params, *, url: str) -> Listing:
    """A page of the parts of one object, in the object's own order."""
    frame = window(params)
    ids = [id_of(item) for item in items]
    try:
        if frame.before:
            end = ids.index(frame.before)
            start = max(0, end - frame.limit)
            return Listing(items[start:end], start > 0, url)
        start = ids.index(frame.after) + 1 if frame.after else 0
    except ValueError:
        raise missing("line_item", frame.after or frame.before or "", param="starting_after") from None
    return Listing(items[start : start + frame.limit], len(items) > start + frame.limit, url)


def created_filter(params: Params) -> Callable[[Record], bool]:
    """The `created` filter: an exact second, or any of gt, gte, lt, lte."""
    low, high = _created_range(params)
    return lambda record: low <= record.created <= high


def _created_range(params: Params) -> tuple[int, int]:
    everything = (0, 2**62)
    if "created" not in params:
        return everything
    try:
        group = params.group("created")
    except ApiError:
        exact = params.integer("created", 0) or 0
        return exact, exact
    if group is None:
        return everything
    at_least = max(_or(group.integer("gte"), 0), _or(group.integer("gt"), -1) + 1)
    at_most = min(_or(group.integer("lte"), everything[1]), _or(group.integer("lt"), everything[1] + 1) - 1)
    return at_least, at_most


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def get_or_404(change: Change, kind: type[R], id: str, *, param: str = "id") -> R:
    try:
        return change.get(kind, id)
    except Missing:
        raise missing(kind.KIND, id, param=param) from None
