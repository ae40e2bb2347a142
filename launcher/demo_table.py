"""Shows the documents on their way: a table that redraws itself on a terminal, plain lines elsewhere."""

import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

from .demo_rows import Picture, Row
from .talk import say, seconds

COLUMNS = (("Number", 20), ("Buyer", 28), ("Total", 16), ("Status", 13), ("KSeF number", 36), ("UPO", 4))
LINE_BY_LINE = 30  # with more documents than this, plain output counts them instead of naming each


class Table:
    """Call `show` as often as you like; it writes only what changed."""

    def __init__(self, out: TextIO = sys.stdout, *, redraw: bool | None = None) -> None:
        self.out = out
        self.redraw = out.isatty() if redraw is None else redraw
        self.drawn = 0
        self.told: dict[str, tuple[str, ...]] = {}
        self.counted = ""

    def show(self, picture: Picture) -> None:
        if self.redraw:
            self._draw(picture)
        elif len(picture.rows) > LINE_BY_LINE:
            self._count(picture)
        else:
            self._tell(picture.rows)

    def _draw(self, picture: Picture) -> None:
        size = shutil.get_terminal_size()
        room = max(3, size.lines - 6)
        # Those still on their way are the ones to look at; then the latest.
        shown = sorted(picture.rows, key=lambda row: row.at_rest)[:room] if len(picture.rows) > room else picture.rows
        lines = [_cells([name for name, _ in COLUMNS]), *(_cells(cells_of(row)) for row in shown)]
        if len(shown) < len(picture.rows):
            lines.append(f"… and {len(picture.rows) - len(shown)} more")
        lines.append(f"{seconds():.0f} s: {summary(picture)}")
        up = f"\x1b[{self.drawn}F" if self.drawn else ""
        self.out.write(up + "".join(f"\x1b[2K{line[: size.columns - 1]}\n" for line in lines) + "\x1b[J")
        self.out.flush()
        self.drawn = len(lines)

    def _count(self, picture: Picture) -> None:
        counted = summary(picture)
        if counted != self.counted:
            self.counted = counted
            say(counted)

    def _tell(self, rows: Sequence[Row]) -> None:
        for row in rows:
            cells = tuple(cells_of(row))
            if self.told.get(row.filing) != cells:
                self.told[row.filing] = cells
                say(_cells(cells).rstrip())


def cells_of(row: Row) -> list[str]:
    last = [row.ksef_number, "yes" if row.has_upo else ""] if row.ksef_number else [row.reason, ""]
    return [row.number, row.buyer, row.total, str(row.label.label), *last]


def _cells(texts: Sequence[str]) -> str:
    cut = (
        text if len(text) <= width else text[: width - 1] + "…" for text, (_, width) in zip(texts, COLUMNS, strict=True)
    )
    return "  ".join(text.ljust(width) for text, (_, width) in zip(cut, COLUMNS, strict=True))


def summary(picture: Picture) -> str:
    """Every status with its count, such as "12 Filed, 3 Filing"."""
    parts = [f"{count} {label.label}" for label, count in sorted(picture.counts().items())]
    if picture.events_waiting:
        parts.append(f"{picture.events_waiting} events to read")
    return ", ".join(parts) or "no documents yet"
