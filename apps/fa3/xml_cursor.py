"""Walking through a parsed document in the order of the schema."""

from typing import cast

from lxml import etree


class NotExpressible(ValueError):
    """The document is valid but says something that `fa3.Document` has no word for."""

    def __init__(self, path: str, detail: str = "no place for this element") -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path


class Cursor:
    """The place of the next element to read; comments are skipped."""

    def __init__(self, root: etree._Element) -> None:
        self._open: list[tuple[etree._Element, list[etree._Element]]] = [(root, _children(root))]

    @property
    def name(self) -> str | None:
        """The local name of the next element, None at the end of its parent."""
        children = self._open[-1][1]
        return etree.QName(children[-1]).localname if children else None

    def enter(self, name: str) -> None:
        """Go into the next element, which must have this name."""
        element = self._next(name)
        self._open.append((element, _children(element)))

    def leave(self) -> None:
        """Go back to the parent; everything inside must have been read."""
        _, unread = self._open.pop()
        if unread:
            raise NotExpressible(path_of(unread[-1]))

    def text(self, name: str) -> str:
        """The text of the next element, which must have this name and is passed."""
        return "".join(cast("list[str]", self._next(name).xpath("text()")))

    def refuse(self, detail: str) -> NotExpressible:
        """The error for the element the cursor is in."""
        return NotExpressible(path_of(self._open[-1][0]), detail)

    def _next(self, name: str) -> etree._Element:
        children = self._open[-1][1]
        if self.name != name:
            raise NotExpressible(path_of(children[-1])) if children else self.refuse(f"{name} is missing")
        return children.pop()


def path_of(element: etree._Element) -> str:
    """Local names from below the root, numbered where a name repeats: Fa/FaWiersz[2]/P_11."""
    steps = [_step(each) for each in (element, *element.iterancestors())][:-1]
    return "/".join(reversed(steps)) or etree.QName(element).localname


def _step(element: etree._Element) -> str:
    name = etree.QName(element).localname
    parent = element.getparent()
    twins = [] if parent is None else [each for each in parent if each.tag == element.tag]
    return name if len(twins) < 2 else f"{name}[{twins.index(element) + 1}]"


def _children(element: etree._Element) -> list[etree._Element]:
    """The child elements, the next one last."""
    return [child for child in reversed(element) if isinstance(child.tag, str)]
