"""Reading an FA(3) invoice: only what KSeF itself looks at."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lxml import etree

from apps.ksef_simulator.sending.records import Facts, shared

# Nothing is resolved, fetched or expanded; a document that needs that is refused before it comes here.
_PARSER_OPTIONS: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
NET_SUMS = ("P_13_1", "P_13_2", "P_13_3", "P_13_4", "P_13_5", "P_13_6_1", "P_13_6_2", "P_13_6_3", "P_13_7",
            "P_13_8", "P_13_9", "P_13_10", "P_13_11")  # fmt: skip
VAT_SUMS = ("P_14_1", "P_14_2", "P_14_3", "P_14_4", "P_14_5")


def parse(xml: bytes) -> etree._Element:
    return etree.fromstring(xml, etree.XMLParser(**_PARSER_OPTIONS))


def facts_of(root: etree._Element, namespace: str) -> Facts:
    """The facts of a document that its schema has already accepted."""
    reader = _Reader(root, namespace)
    body, buyer = reader.texts("Fa"), reader.find("Podmiot2/DaneIdentyfikacyjne")
    seller = reader.texts("Podmiot1/DaneIdentyfikacyjne")
    buyer_type, buyer_value = reader.identifier(buyer)
    foreign = body["KodWaluty"] != "PLN"
    facts = Facts(
        seller_nip=seller["NIP"],
        seller_name=seller.get("Nazwa"),
        kind=body["RodzajFaktury"],
        number=body["P_2"],
        issue_date=body["P_1"],
        buyer_type=buyer_type,
        buyer_value=buyer_value,
        buyer_name=reader.maybe("Nazwa", buyer),
        net=_total(body, NET_SUMS),
        gross=body["P_15"],
        # The query gives VAT in PLN: on a foreign-currency invoice that is the element ending in W, where present.
        vat=_total(body, [f"{name}W" for name in VAT_SUMS] if foreign else VAT_SUMS),
        currency=body["KodWaluty"],
        self_invoicing=reader.maybe("Fa/Adnotacje/P_17") == "1",
        attachment=reader.find("Zalacznik") is not None,
        third_subjects=reader.third_subjects() or (),
        authorized=reader.authorized(),
    )
    return shared(facts)


def number_of(root: etree._Element, namespace: str) -> Facts | None:
    """The duplicate key of a document that failed its schema, where it can still be read."""
    reader = _Reader(root, namespace)
    number = reader.maybe("Fa/P_2")
    if number is None or len(number) > 256:
        return None
    return Facts(
        seller_nip=reader.maybe("Podmiot1/DaneIdentyfikacyjne/NIP") or "",
        kind=reader.maybe("Fa/RodzajFaktury") or "",
        number=number,
        issue_date=reader.maybe("Fa/P_1") or "",
    )


def _total(body: dict[str, str], names: Iterable[str]) -> str:
    return str(sum((Decimal(body[name]) for name in names if name in body), Decimal(0)))


class _Reader:
    def __init__(self, root: etree._Element, namespace: str) -> None:
        self._root, self._prefix = root, f"{{{namespace}}}"

    def find(self, path: str, base: etree._Element | None = None) -> etree._Element | None:
        node: etree._Element | None = self._root if base is None else base
        for step in path.split("/"):
            if node is None:
                return None
            node = node.find(self._prefix + step)
        return node

    def maybe(self, path: str, base: etree._Element | None = None) -> str | None:
        node = self.find(path, base)
        return None if node is None else (node.text or "")

    def texts(self, path: str) -> dict[str, str]:
        """The texts of an element's children by name, read in one pass."""
        cut = len(self._prefix)
        node = self.find(path)
        # Comments have a function for a tag.
        return (
            {} if node is None else {str(each.tag)[cut:]: each.text or "" for each in node if isinstance(each.tag, str)}
        )

    def third_subjects(self) -> list[dict[str, Any]]:
        found = []
        for node in self._root.findall(f"{self._prefix}Podmiot3"):
            data = self.find("DaneIdentyfikacyjne", node)
            kind, value = self.identifier(data)
            identifier = {"type": kind} | ({"value": value} if value else {})
            role = self.maybe("Rola", node)
            subject: dict[str, Any] = {"identifier": identifier, "role": int(role) if role else 0}
            name = self.maybe("Nazwa", data) if data is not None else None
            found.append(subject | ({"name": name} if name else {}))
        return found

    def authorized(self) -> dict[str, Any] | None:
        node = self.find("PodmiotUpowazniony")
        if node is None:
            return None
        subject: dict[str, Any] = {
            "nip": self.maybe("DaneIdentyfikacyjne/NIP", node) or "",
            "role": int(self.maybe("RolaPU", node) or 0),
        }
        name = self.maybe("DaneIdentyfikacyjne/Nazwa", node)
        return subject | ({"name": name} if name else {})

    def identifier(self, data: etree._Element | None) -> tuple[str, str | None]:
        if data is None:
            return "None", None
        for element, kind in (("NIP", "Nip"), ("IDWew", "InternalId")):
            value = self.maybe(element, data)
            if value:
                return kind, value
        number = self.maybe("NrVatUE", data)
        if number:
            return "VatUe", (self.maybe("KodUE", data) or "") + number
        other = self.maybe("NrID", data)
        return ("Other", (self.maybe("KodKraju", data) or "") + other) if other else ("None", None)
