"""The code lists of FA(3); the value of each member is the text that stands in the XML."""

from enum import StrEnum


class Kind(StrEnum):
    """RodzajFaktury: the kind of document."""

    INVOICE = "VAT"
    CORRECTION = "KOR"
    ADVANCE = "ZAL"
    FINAL = "ROZ"
    SIMPLIFIED = "UPR"
    ADVANCE_CORRECTION = "KOR_ZAL"
    FINAL_CORRECTION = "KOR_ROZ"

    @property
    def is_correction(self) -> bool:
        return self in _CORRECTIONS


_CORRECTIONS = frozenset({Kind.CORRECTION, Kind.ADVANCE_CORRECTION, Kind.FINAL_CORRECTION})


class BucketKind(StrEnum):
    """The totals P_13_x of a document in their order; the value is the x."""

    STANDARD = "1"  # 23 %, 22 %
    REDUCED = "2"  # 8 %, 7 %
    SUPER_REDUCED = "3"  # 5 %
    TAXI = "4"  # lump sum of taxi drivers
    OSS = "5"  # Union One Stop Shop, title XII chapter 6a
    ZERO_DOMESTIC = "6_1"
    ZERO_INTRA_EU = "6_2"
    ZERO_EXPORT = "6_3"
    EXEMPT = "7"
    OUTSIDE_POLAND = "8"
    EU_SERVICE = "9"  # art. 100(1)(4)
    DOMESTIC_REVERSE_CHARGE = "10"
    MARGIN = "11"

    @property
    def bears_polish_tax(self) -> bool:
        """True for P_13_1 to P_13_4, which never stand without their P_14."""
        return self in _POLISH_TAX

    @property
    def bears_tax(self) -> bool:
        return self.bears_polish_tax or self is BucketKind.OSS


_POLISH_TAX = frozenset({BucketKind.STANDARD, BucketKind.REDUCED, BucketKind.SUPER_REDUCED, BucketKind.TAXI})


_BUCKET_OF = {
    "23": BucketKind.STANDARD,
    "22": BucketKind.STANDARD,
    "8": BucketKind.REDUCED,
    "7": BucketKind.REDUCED,
    "5": BucketKind.SUPER_REDUCED,
    "4": BucketKind.TAXI,
    "3": BucketKind.TAXI,
    "0 KR": BucketKind.ZERO_DOMESTIC,
    "0 WDT": BucketKind.ZERO_INTRA_EU,
    "0 EX": BucketKind.ZERO_EXPORT,
    "zw": BucketKind.EXEMPT,
    "oo": BucketKind.DOMESTIC_REVERSE_CHARGE,
    "np I": BucketKind.OUTSIDE_POLAND,
    "np II": BucketKind.EU_SERVICE,
}


class VatCategory(StrEnum):
    """P_12: rate or treatment of a row, and its total. A row under OSS has none but an `oss_rate`."""

    bucket: BucketKind

    RATE_23 = "23"
    RATE_22 = "22"
    RATE_8 = "8"
    RATE_7 = "7"
    RATE_5 = "5"
    TAXI_4 = "4"
    TAXI_3 = "3"
    ZERO_DOMESTIC = "0 KR"
    ZERO_INTRA_EU = "0 WDT"  # goods delivered to a business in another member state
    ZERO_EXPORT = "0 EX"
    EXEMPT = "zw"
    DOMESTIC_REVERSE_CHARGE = "oo"
    OUTSIDE_POLAND = "np I"
    EU_SERVICE = "np II"  # art. 100(1)(4)

    def __init__(self, text: str) -> None:
        self.bucket = _BUCKET_OF[text]

    @property
    def percentage(self) -> int | None:
        """The Polish rate in percent, None where no tax is charged."""
        return int(self.value) if self.value.isdigit() else None


class SellerStatus(StrEnum):
    """StatusInfoPodatnika."""

    LIQUIDATION = "1"
    RESTRUCTURING = "2"
    BANKRUPTCY = "3"
    INHERITANCE = "4"


class ThirdPartyRole(StrEnum):
    """Rola of Podmiot3."""

    FACTOR = "1"
    RECIPIENT = "2"
    ORIGINAL_ENTITY = "3"
    ADDITIONAL_BUYER = "4"
    ISSUER = "5"
    PAYER = "6"
    LOCAL_GOVERNMENT_ISSUER = "7"
    LOCAL_GOVERNMENT_RECIPIENT = "8"  # needed when the buyer has JST = 1
    VAT_GROUP_ISSUER = "9"
    VAT_GROUP_RECIPIENT = "10"  # needed when the buyer has GV = 1
    EMPLOYEE = "11"


class CorrectionType(StrEnum):
    """TypKorekty: the period in which a correction takes effect."""

    ORIGINAL_PERIOD = "1"
    CORRECTION_PERIOD = "2"
    OTHER = "3"


class ExemptionLaw(StrEnum):
    """P_19A, P_19B, P_19C: where the basis of an exemption stands."""

    POLISH = "P_19A"
    DIRECTIVE = "P_19B"
    OTHER = "P_19C"


class MarginScheme(StrEnum):
    """PMarzy: the special margin schemes of art. 119 and 120."""

    TRAVEL = "P_PMarzy_2"
    USED_GOODS = "P_PMarzy_3_1"
    ART = "P_PMarzy_3_2"
    COLLECTIBLES = "P_PMarzy_3_3"


class Gtu(StrEnum):
    """GTU: groups of goods and services, one per row at most."""

    GTU_01 = "GTU_01"
    GTU_02 = "GTU_02"
    GTU_03 = "GTU_03"
    GTU_04 = "GTU_04"
    GTU_05 = "GTU_05"
    GTU_06 = "GTU_06"
    GTU_07 = "GTU_07"
    GTU_08 = "GTU_08"
    GTU_09 = "GTU_09"
    GTU_10 = "GTU_10"
    GTU_11 = "GTU_11"
    GTU_12 = "GTU_12"
    GTU_13 = "GTU_13"


class Procedure(StrEnum):
    """Procedura: marks of special procedures; an order (Zamowienie) knows neither I_42 nor I_63."""

    WSTO_EE = "WSTO_EE"
    IED = "IED"
    TT_D = "TT_D"
    I_42 = "I_42"
    I_63 = "I_63"
    B_SPV = "B_SPV"
    B_SPV_DELIVERY = "B_SPV_DOSTAWA"
    B_MPV_COMMISSION = "B_MPV_PROWIZJA"


class PaymentForm(StrEnum):
    """FormaPlatnosci."""

    CASH = "1"
    CARD = "2"
    VOUCHER = "3"
    CHEQUE = "4"
    CREDIT = "5"
    TRANSFER = "6"
    MOBILE = "7"


class OwnBankAccount(StrEnum):
    """RachunekWlasnyBanku: accounts that belong to a bank itself."""

    BOUGHT_CLAIMS = "1"
    COLLECTION = "2"
    OWN_ECONOMY = "3"


class TransportMode(StrEnum):
    """RodzajTransportu (6 does not exist)."""

    SEA = "1"
    RAIL = "2"
    ROAD = "3"
    AIR = "4"
    POST = "5"
    FIXED_INSTALLATION = "7"
    INLAND_WATERWAY = "8"


class Cargo(StrEnum):
    """OpisLadunku."""

    CAN = "1"
    BARREL = "2"
    CYLINDER = "3"
    CARDBOARD_BOX = "4"
    CANISTER = "5"
    CAGE = "6"
    CONTAINER = "7"
    BASKET = "8"
    PUNNET = "9"
    COLLECTIVE_PACKAGE = "10"
    PARCEL = "11"
    PACKET = "12"
    PALLET = "13"
    RECEPTACLE = "14"
    BULK_SOLID_CONTAINER = "15"
    BULK_LIQUID_CONTAINER = "16"
    BOX = "17"
    TIN = "18"
    CRATE = "19"
    SACK = "20"
