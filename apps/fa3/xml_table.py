"""Tables of elements: one table per part of a document serves the writer and the reader.

A table (`Part`) lists, in the order of the schema, which attribute of a value becomes which element. It must name every
attribute of its class, so nothing a document says can be left out of the XML by mistake.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from apps.fa3.xml_cursor import Cursor
from apps.fa3.xml_values import Codec

_NOTHING = object()  # identical to no value: the entry is always written


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table; without an attribute it is structure only."""

    attribute: str | None
    write: Callable[[Any, list[str]], None]
    read: Callable[[Cursor], Any]
    absent: object = None  # the value for which nothing is written


class Part:
    """The elements of one class."""

    def __init__(self, made: type, *entries: Entry) -> None:
        named = sorted(entry.attribute for entry in entries if entry.attribute)
        declared = sorted(field.name for field in fields(made))
        if named != declared:
            raise TypeError(f"the table of {made.__name__} names {named}, the class {declared}")
        self._made = made
        self._entries = entries
        # Structure takes its value from __class__; one more of it makes attrgetter give a tuple for a single entry too.
        self._values = attrgetter(*(entry.attribute or "__class__" for entry in entries), "__class__")
        self._writers = tuple((entry.absent, entry.write) for entry in entries)

    def write(self, value: object, out: list[str]) -> None:
        for item, (absent, write) in zip(self._values(value), self._writers, strict=False):
            if item is not absent:
                write(item, out)

    def read(self, cursor: Cursor) -> Any:
        values = {entry.attribute or "": entry.read(cursor) for entry in self._entries}
        values.pop("", None)
        return self._made(**values)


Content = Part | Entry


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice of a union: its class, the names its first element may have, and what is inside."""

    made: type
    starts: tuple[str, ...]
    content: Content


def leaf(element: str, attribute: str, codec: Codec) -> Entry:
    """A simple value, None when the element is missing."""
    opening, closing, form = f"<{element}>", f"</{element}>", codec.write

    def write(value: Any, out: list[str]) -> None:
        out.append(f"{opening}{form(value)}{closing}")

    def read(cursor: Cursor) -> Any:
        return _decode(cursor, element, codec) if cursor.name == element else None

    return Entry(attribute, write, read)


def leaves(element: str, attribute: str, codec: Codec) -> Entry:
    """A tuple of simple values, one element each."""
    one = leaf(element, attribute, codec)

    def write(values: tuple[Any, ...], out: list[str]) -> None:
        for value in values:
            one.write(value, out)

    def read(cursor: Cursor) -> tuple[Any, ...]:
        return tuple(_each(cursor, element, one.read))

    return Entry(attribute, write, read, absent=())


def flag(element: str, attribute: str, *, text: str = "1") -> Entry:
    """True when the element stands there with its only text."""
    written = f"<{element}>{text}</{element}>"

    def write(_: Any, out: list[str]) -> None:
        out.append(written)

    def read(cursor: Cursor) -> bool:
        if cursor.name != element:
            return False
        if (found := cursor.text(element)) != text:
            raise cursor.refuse(f"{element} is {found}")
        return True

    return Entry(attribute, write, read, absent=False)


def child(element: str, attribute: str, content: Content) -> Entry:
    """A value in an element of its own, None when it is missing."""
    opening, closing = f"<{element}>", f"</{element}>"

    def write(value: object, out: list[str]) -> None:
        out.append(opening)
        content.write(value, out)
        out.append(closing)

    def read(cursor: Cursor) -> Any:
        if cursor.name != element:
            return None
        cursor.enter(element)
        value = content.read(cursor)
        cursor.leave()
        return value

    return Entry(attribute, write, read)


def children(element: str, attribute: str, content: Content) -> Entry:
    """A tuple of values, one element each."""
    one = child(element, attribute, content)

    def write(values: tuple[Any, ...], out: list[str]) -> None:
        for value in values:
            one.write(value, out)

    def read(cursor: Cursor) -> tuple[Any, ...]:
        return tuple(_each(cursor, element, one.read))

    return Entry(attribute, write, read, absent=())


def union(attribute: str, *variants: Variant) -> Entry:
    """A choice without an element of its own, told apart by the class of the value; None when none stands there."""
    by_class = {variant.made: variant.content.write for variant in variants}
    by_start = {start: variant.content.read for variant in variants for start in variant.starts}

    def write(value: object, out: list[str]) -> None:
        by_class[type(value)](value, out)

    def read(cursor: Cursor) -> Any:
        reader = by_start.get(cursor.name or "")
        return reader(cursor) if reader else None

    return Entry(attribute, write, read)


def group(element: str, *entries: Entry) -> tuple[Entry, ...]:
    """Entries of the same value inside one more element."""
    return (_opening(element), *entries, _closing(element))


def constant(element: str, text: str, attributes: str = "") -> Entry:
    """An element that always says the same."""
    written = f"<{element}{attributes}>{text}</{element}>"
    return Entry(None, lambda _, out: out.append(written), lambda cursor: cursor.text(element), absent=_NOTHING)


def _opening(element: str) -> Entry:
    return Entry(None, lambda _, out: out.append(f"<{element}>"), lambda cursor: cursor.enter(element), absent=_NOTHING)


def _closing(element: str) -> Entry:
    return Entry(None, lambda _, out: out.append(f"</{element}>"), lambda cursor: cursor.leave(), absent=_NOTHING)


def always(attribute: str, write: Callable[[Any, list[str]], None], read: Callable[[Cursor], Any]) -> Entry:
    """An entry that is written for every value, None included."""
    return Entry(attribute, write, read, absent=_NOTHING)


def _decode(cursor: Cursor, element: str, codec: Codec) -> Any:
    text = cursor.text(element)
    try:
        return codec.read(text)
    except ValueError as error:
        raise cursor.refuse(f"{element} is {text}: {error}") from error


def _each(cursor: Cursor, element: str, read: Callable[[Cursor], Any]) -> list[Any]:
    found = []
    while cursor.name == element:
        found.append(read(cursor))
    return found
