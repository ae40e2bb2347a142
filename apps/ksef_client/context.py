"""In whose name we sign in, and from which addresses the access token may then be used."""

from dataclasses import dataclass
from enum import StrEnum


class ContextType(StrEnum):
    """What kind of identifier the company is known by."""

    NIP = "Nip"
    INTERNAL_ID = "InternalId"
    NIP_VAT_UE = "NipVatUe"
    PEPPOL_ID = "PeppolId"


@dataclass(frozen=True, slots=True)
class Context:
    """The company in whose name we sign in."""

    value: str
    type: ContextType = ContextType.NIP


@dataclass(frozen=True, slots=True)
class IpPolicy:
    """Addresses from which the access token may be used; at most ten of each kind, IPv4 only."""

    addresses: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if max(len(self.addresses), len(self.ranges), len(self.masks)) > 10:
            raise ValueError("KSeF takes at most ten addresses, ranges and masks each.")
        if not (self.addresses or self.ranges or self.masks):
            raise ValueError("An address policy names at least one address.")

    def as_json(self) -> dict[str, object]:
        lists = {"ip4Addresses": self.addresses, "ip4Ranges": self.ranges, "ip4Masks": self.masks}
        return {"allowedIps": {name: list(values) for name, values in lists.items() if values}}
