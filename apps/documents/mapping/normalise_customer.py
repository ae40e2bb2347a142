"""The buyer: the snapshot Stripe keeps on the invoice, and the marks of the customer it belongs to."""

from apps.documents.mapping.read import Json, Reader, as_object, as_text, marks_of
from apps.documents.mapping.reasons import Code, Fault
from apps.documents.mapping.source import Address, Customer, TaxId

_ADDRESS_FIELDS = ("line1", "line2", "postal_code", "city", "state")


def read_customer(data: Json, fetched: Json, reader: Reader) -> Customer:
    address = reader.object(data, "customer_address", "", Code.BUYER_ADDRESS_MISSING)
    tax_ids = _read_tax_ids(data, reader)
    return Customer(
        name=reader.text(data, "customer_name", "", Code.BUYER_NAME_MISSING),
        email=as_text(data.get("customer_email")),
        address=_read_address(address, "customer_address.", reader),
        tax_ids=tax_ids,
        has_unreadable_ids=any(fault.code is Code.BUYER_VAT_FORMAT for fault in reader.faults),
        tax_exempt=as_text(data.get("customer_tax_exempt")),
        marks=marks_of(as_object(data.get("customer")).get("metadata"), fetched.get("metadata")),
    )


def read_ship_to(data: Json) -> Address:
    """Where goods go: the address of the shipment, else the customer's; empty when there is none."""
    for holder in ("shipping_details", "customer_shipping"):
        address = as_object(as_object(data.get(holder)).get("address"))
        if as_text(address.get("country")):
            country = as_text(address.get("country")).upper()
            return Address(country=country, postal_code=as_text(address.get("postal_code")))
    return Address()


def _read_address(address: Json, path: str, reader: Reader) -> Address:
    parts = {key: reader.text(address, key, path, Code.BUYER_ADDRESS_MISSING) for key in _ADDRESS_FIELDS}
    return Address(**parts, country=reader.text(address, "country", path, Code.BUYER_COUNTRY_MISSING).upper())


def _read_tax_ids(data: Json, reader: Reader) -> tuple[TaxId, ...]:
    found = []
    for path, item in reader.objects(data, "customer_tax_ids", "", Code.BUYER_VAT_FORMAT):
        kind, value = (reader.text(item, key, path, Code.BUYER_VAT_FORMAT) for key in ("type", "value"))
        if kind:
            found.append(TaxId(kind, value, path.removesuffix(".")))
        elif item.get("type") in (None, ""):
            reader.note(Code.BUYER_VAT_FORMAT, path + "type", Fault.MISSING)
    return tuple(found)
