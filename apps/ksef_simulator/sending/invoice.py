"""Reading an FA(3) invoice: only what KSeF itself looks at."""

from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from apps.ksef_simulator.sending.records import Facts

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
    buyer_type, buyer_value = reader.buyer()
    foreign = reader.text("Fa/KodWaluty") != "PLN"
    return Facts(
        seller_nip=reader.text("Podmiot1/DaneIdentyfikacyjne/NIP"),
        seller_name=reader.maybe("Podmiot1/DaneIdentyfikacyjne/Nazwa"),
        kind=reader.text("Fa/RodzajFaktury"),
        number=reader.text("Fa/P_2"),
        issue_date=reader.text("Fa/P_1"),
        buyer_type=buyer_type,
        buyer_value=buyer_value,
        buyer_name=reader.maybe("Podmiot2/DaneIdentyfikacyjne/Nazwa"),
        net=str(reader.total(NET_SUMS)),
        gross=reader.text("Fa/P_15"),
        # The query gives VAT in PLN: on a foreign-currency invoice that is the element ending in W, where present.
        vat=str(reader.total([f"{name}W" for name in VAT_SUMS] if foreign else VAT_SUMS)),
        currency=reader.text("Fa/KodWaluty"),
        self_invoicing=reader.maybe("Fa/Adnotacje/P_17") == "1",
        attachment=reader.find("Zalacznik") is not None,
        third_subjects=reader.third_subjects(),
        authorized=reader.authorized(),
    )


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

    def text(self, path: str) -> str:
        return self.maybe(path) or ""

    def total(self, names: Any) -> Decimal:
        invoice = self.find("Fa")
        total = Decimal(0)
        for name in names:
            try:
                total += Decimal(self.maybe(name, invoice) or 0)
            except InvalidOperation:
                continue
        return total

    def buyer(self) -> tuple[str, str | None]:
        return self._identifier(self.find("Podmiot2/DaneIdentyfikacyjne"))

    def third_subjects(self) -> list[dict[str, Any]]:
        found = []
        for node in self._root.findall(f"{self._prefix}Podmiot3"):
            data = self.find("DaneIdentyfikacyjne", node)
            kind, value = self._identifier(data)
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

    def _identifier(self, data: etree._Element | None) -> tuple[str, str | None]:
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
