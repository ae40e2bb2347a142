from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Child = str | Markup | int | None

_VOID = frozenset(("input", "meta", "link", "br"))


def el(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element; texts are escaped. `class_` and `for_` lose their underscore, other underscores become hyphens."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), "" if value is True else value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    start = Markup("<{}{}>").format(name, written)
    if name in _VOID:
        return start
    return start + together(children) + Markup("</{}>").format(name)


def together(children: Iterable[Child]) -> Markup:
    return Markup("").join(escape(child) for child in children if child is not None)


def button(action: str, label: str, *, class_: str = "", about: str | None = None, **fields: str) -> Markup:
    """A form of one button that posts to `action`; `about` tells it from others with the same label."""
    hidden = [el("input", type="hidden", name=name, value=value) for name, value in fields.items()]
    return el(
        "form",
        *hidden,
        el("button", label, class_=class_ or None, aria_label=f"{label}: {about}" if about else None),
        method="post",
        action=action,
        class_="inline",
    )


def table(headings: list[str], rows: list[list[Child]], *, empty: str) -> Markup:
    """A table whose cells name their column, so that a phone can show each row as a card."""
    if not rows:
        return el("p", empty, class_="empty")
    head = el("tr", *(el("th", heading, scope="col") for heading in headings))
    body = [
        el(
            "tr",
            *(
                el("td", el("div", cell), data_label=heading or None)
                for heading, cell in zip(headings, row, strict=True)
            ),
        )
        for row in rows
    ]
    return el("div", el("table", el("thead", head), el("tbody", *body)), class_="scroll")
