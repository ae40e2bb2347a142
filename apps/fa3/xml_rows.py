"""The elements of rows, orders and totals."""

from typing import Any

from apps.fa3.codes import BucketKind, Gtu, Procedure, VatCategory
from apps.fa3.row import Bucket, Order, OrderRow, Row
from apps.fa3.xml_cursor import Cursor
from apps.fa3.xml_table import Entry, Part, children, flag, leaf
from apps.fa3.xml_values import DAY, EXCHANGE_RATE, MONEY, NATURAL, PERCENTAGE, PRICE, QUANTITY, TEXT, code

ROW = Part(
    Row,
    leaf("NrWierszaFa", "number", NATURAL),
    leaf("UU_ID", "uid", TEXT),
    leaf("P_6A", "supplied_on", DAY),
    leaf("P_7", "name", TEXT),
    leaf("Indeks", "index", TEXT),
    leaf("GTIN", "gtin", TEXT),
    leaf("PKWiU", "pkwiu", TEXT),
    leaf("CN", "cn", TEXT),
    leaf("PKOB", "pkob", TEXT),
    leaf("P_8A", "unit", TEXT),
    leaf("P_8B", "quantity", QUANTITY),
    leaf("P_9A", "net_price", PRICE),
    leaf("P_9B", "gross_price", PRICE),
    leaf("P_10", "discount", PRICE),
    leaf("P_11", "net", MONEY),
    leaf("P_11A", "gross", MONEY),
    leaf("P_11Vat", "tax", MONEY),
    leaf("P_12", "category", code(VatCategory)),
    leaf("P_12_XII", "oss_rate", PERCENTAGE),
    flag("P_12_Zal_15", "is_annex_15"),
    leaf("KwotaAkcyzy", "excise", MONEY),
    leaf("GTU", "gtu", code(Gtu)),
    leaf("Procedura", "procedure", code(Procedure)),
    leaf("KursWaluty", "exchange_rate", EXCHANGE_RATE),
    flag("StanPrzed", "is_before"),
)

_ORDER_ROW = Part(
    OrderRow,
    leaf("NrWierszaZam", "number", NATURAL),
    leaf("UU_IDZ", "uid", TEXT),
    leaf("P_7Z", "name", TEXT),
    leaf("IndeksZ", "index", TEXT),
    leaf("GTINZ", "gtin", TEXT),
    leaf("PKWiUZ", "pkwiu", TEXT),
    leaf("CNZ", "cn", TEXT),
    leaf("PKOBZ", "pkob", TEXT),
    leaf("P_8AZ", "unit", TEXT),
    leaf("P_8BZ", "quantity", QUANTITY),
    leaf("P_9AZ", "net_price", PRICE),
    leaf("P_11NettoZ", "net", MONEY),
    leaf("P_11VatZ", "tax", MONEY),
    leaf("P_12Z", "category", code(VatCategory)),
    leaf("P_12Z_XII", "oss_rate", PERCENTAGE),
    flag("P_12Z_Zal_15", "is_annex_15"),
    leaf("GTUZ", "gtu", code(Gtu)),
    leaf("ProceduraZ", "procedure", code(Procedure)),
    leaf("KwotaAkcyzyZ", "excise", MONEY),
    flag("StanPrzedZ", "is_before"),
)

ORDER = Part(
    Order,
    leaf("WartoscZamowienia", "value", MONEY),
    children("ZamowienieWiersz", "rows", _ORDER_ROW),
)


def buckets(attribute: str) -> Entry:
    """P_13_x, P_14_x and P_14_xW of every bucket, in the order of the schema."""
    return Entry(attribute, _write_buckets, _read_buckets, absent=())


def _bucket_entries(kind: BucketKind) -> tuple[Entry, ...]:
    return (
        leaf(f"P_13_{kind}", "net", MONEY),
        leaf(f"P_14_{kind}", "tax", MONEY),
        leaf(f"P_14_{kind}W", "tax_pln", MONEY),
    )


_BUCKETS = {kind: _bucket_entries(kind) for kind in BucketKind}
_ORDER_OF = {kind: place for place, kind in enumerate(BucketKind)}


def _write_buckets(values: tuple[Bucket, ...], out: list[str]) -> None:
    for bucket in sorted(values, key=lambda each: _ORDER_OF[each.kind]):
        net, tax, tax_pln = _BUCKETS[bucket.kind]
        net.write(bucket.net, out)
        if bucket.tax is not None:
            tax.write(bucket.tax, out)
        if bucket.tax_pln is not None:
            tax_pln.write(bucket.tax_pln, out)


def _read_buckets(cursor: Cursor) -> tuple[Bucket, ...]:
    found: list[Bucket] = []
    for kind, entries in _BUCKETS.items():
        values: list[Any] = [entry.read(cursor) for entry in entries]
        if values[0] is not None:
            found.append(Bucket(kind=kind, net=values[0], tax=values[1], tax_pln=values[2]))
    return tuple(found)
