"""The elements of contracts, orders and transport."""

from apps.fa3.codes import Cargo, TransportMode
from apps.fa3.terms import AgreedRate, Carrier, OtherCargo, OtherTransport, Reference, Terms, Transport
from apps.fa3.xml_party import ADDRESS, BUYER_IDENTITY
from apps.fa3.xml_table import Part, Variant, child, children, constant, flag, leaf, leaves, union
from apps.fa3.xml_values import DAY, EXCHANGE_RATE, MOMENT, TEXT, code

_CARRIER = Part(
    Carrier,
    *BUYER_IDENTITY,
    child("AdresPrzewoznika", "address", ADDRESS),
)

_MODE = union(
    "mode",
    Variant(TransportMode, ("RodzajTransportu",), leaf("RodzajTransportu", "mode", code(TransportMode))),
    Variant(
        OtherTransport,
        ("TransportInny",),
        Part(OtherTransport, constant("TransportInny", "1"), leaf("OpisInnegoTransportu", "description", TEXT)),
    ),
)

_CARGO = union(
    "cargo",
    Variant(Cargo, ("OpisLadunku",), leaf("OpisLadunku", "cargo", code(Cargo))),
    Variant(
        OtherCargo,
        ("LadunekInny",),
        Part(OtherCargo, constant("LadunekInny", "1"), leaf("OpisInnegoLadunku", "description", TEXT)),
    ),
)

_TRANSPORT = Part(
    Transport,
    _MODE,
    child("Przewoznik", "carrier", _CARRIER),
    leaf("NrZleceniaTransportu", "order_number", TEXT),
    _CARGO,
    leaf("JednostkaOpakowania", "package_unit", TEXT),
    leaf("DataGodzRozpTransportu", "started_at", MOMENT),
    leaf("DataGodzZakTransportu", "ended_at", MOMENT),
    child("WysylkaZ", "ship_from", ADDRESS),
    children("WysylkaPrzez", "ship_via", ADDRESS),
    child("WysylkaDo", "ship_to", ADDRESS),
)

_CONTRACT = Part(
    Reference,
    leaf("DataUmowy", "on", DAY),
    leaf("NrUmowy", "number", TEXT),
)

_ORDER = Part(
    Reference,
    leaf("DataZamowienia", "on", DAY),
    leaf("NrZamowienia", "number", TEXT),
)

_AGREED_RATE = Variant(
    AgreedRate,
    ("KursUmowny",),
    Part(AgreedRate, leaf("KursUmowny", "rate", EXCHANGE_RATE), leaf("WalutaUmowna", "currency", TEXT)),
)

TERMS = Part(
    Terms,
    children("Umowy", "contracts", _CONTRACT),
    children("Zamowienia", "orders", _ORDER),
    leaves("NrPartiiTowaru", "batch_numbers", TEXT),
    leaf("WarunkiDostawy", "delivery", TEXT),
    union("agreed_rate", _AGREED_RATE),
    children("Transport", "transports", _TRANSPORT),
    flag("PodmiotPosredniczacy", "is_intermediary"),
)
