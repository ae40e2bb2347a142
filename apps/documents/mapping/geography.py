"""Countries as the VAT Act sees them, and as FA(3) spells them."""

# TKodKraju of FA(3): ISO 3166-1 and the few codes it adds.
_COUNTRIES_LIST = (
    "AF AX AL DZ AD AO AI AQ AG AN SA AR AM AW AU AT AZ BS BH BD BB BE BZ BJ BM BT BY BO BQ BA BW BR BN IO BG BF "
    "BI XC CL CN HR CW CY TD ME DK DM DO DJ EG EC ER EE ET FK FJ PH FI FR TF GA GM GH GI GR GD GL GE GU GG GY GF "
    "GP GT GN GQ GW HT ES HN HK IN ID IQ IR IE IS IL JM JP YE JE JO KY KH CM CA QA KZ KE KG KI CO KM CG CD KP XK "
    "CR CU KW LA LS LB LR LY LI LT LV LU MK MG YT MO MW MV MY ML MT MP MA MQ MR MU MX XL FM UM MD MC MN MS MZ MM "
    "NA NR NP NL DE NE NG NI NU NF NO NC NZ PS OM PK PW PA PG PY PE PN PF PL GS PT PR CF CZ KR ZA RE RU RO RW EH "
    "BL KN LC MF VC SV WS AS SM SN RS SC SL SG SK SI SO LK PM US SZ SD SS SR SJ SH SY CH SE TJ TH TW TZ TG TK TO "
    "TT TN TR TM TV UG UA UY UZ VU WF VA HU VE GB VN IT TL CI BV CX IM SX CK VI VG HM CC MH FO SB ST TC ZM CV ZW "
    "AE XI"
)
COUNTRIES = frozenset(_COUNTRIES_LIST.split())
POLAND = "PL"
UNITED_KINGDOM = "GB"
NORTHERN_IRELAND = "XI"

# Territory of the other member states by ISO code. Monaco counts as France (art. 2(3)); AX, GF, GP, MQ, RE and YT have
# codes of their own and are outside, so they are simply not listed. XI is Northern Ireland, inside for goods only.
_OTHER_MEMBERS_LIST = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PT RO SE SI SK"
_OTHER_MEMBERS = frozenset(_OTHER_MEMBERS_LIST.split())
_EU_TERRITORY = _OTHER_MEMBERS | {"MC", NORTHERN_IRELAND}

# TKodyKrajowUE without Poland: the prefixes of foreign EU VAT numbers.
_PREFIX_TO_COUNTRY = {country: country for country in _OTHER_MEMBERS - {"GR"}} | {
    "EL": "GR",
    NORTHERN_IRELAND: UNITED_KINGDOM,
}
_STATE_BEFORE_POSTAL_CODE = frozenset({"US", "CA", "AU"})


def is_other_member_state(country: str) -> bool:
    """True where the goods or the buyer are in the Union, but not in Poland."""
    return country in _EU_TERRITORY


def region_of(country: str) -> str:
    """The key of the consumer policy: PL, EU or NON_EU."""
    if country == POLAND:
        return "PL"
    return "EU" if is_other_member_state(country) else "NON_EU"


def eu_prefix(value: str) -> str | None:
    """The country prefix of a foreign EU VAT number as FA(3) writes it, None when there is none."""
    prefix = "EL" if value[:2] == "GR" else value[:2]
    return prefix if prefix in _PREFIX_TO_COUNTRY else None


def country_of_prefix(prefix: str) -> str:
    """The ISO code of the country an EU VAT number belongs to."""
    return _PREFIX_TO_COUNTRY[prefix]


def prefix_matches(prefix: str, country: str) -> bool:
    """True when an EU VAT number was given out where the buyer is billed."""
    return _PREFIX_TO_COUNTRY[prefix] == ("FR" if country == "MC" else country)


def writes_state_before_postal_code(country: str) -> bool:
    """True for countries whose second address line reads "city, STATE postal code"."""
    return country in _STATE_BEFORE_POSTAL_CODE
