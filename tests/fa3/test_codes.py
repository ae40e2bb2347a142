"""Code lists against the schema itself."""

import pytest
from lxml import etree

from apps.fa3.codes import (
    BucketKind,
    Cargo,
    CorrectionType,
    ExemptionLaw,
    Gtu,
    Kind,
    MarginScheme,
    OwnBankAccount,
    PaymentForm,
    Procedure,
    SellerStatus,
    ThirdPartyRole,
    TransportMode,
    VatCategory,
)
from apps.fa3.schema import FA3

XSD = "{http://www.w3.org/2001/XMLSchema}"


@pytest.fixture(scope="module")
def xsd():
    return etree.parse(FA3.schema_file)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("TRodzajFaktury", Kind),
        ("TStawkaPodatku", VatCategory),
        ("TStatusInfoPodatnika", SellerStatus),
        ("TRolaPodmiotu3", ThirdPartyRole),
        ("TTypKorekty", CorrectionType),
        ("TGTU", Gtu),
        ("TOznaczenieProcedury", Procedure),
        ("TFormaPlatnosci", PaymentForm),
        ("TRachunekWlasnyBanku", OwnBankAccount),
        ("TRodzajTransportu", TransportMode),
        ("TLadunek", Cargo),
    ],
)
def test_a_code_list_is_that_of_the_schema(xsd, name, codes):
    (declared,) = (each for each in xsd.iter(f"{XSD}simpleType") if each.get("name") == name)

    assert [code.value for code in codes] == [each.get("value") for each in declared.iter(f"{XSD}enumeration")]


def test_the_names_that_are_elements_exist_in_the_schema(xsd):
    elements = {each.get("name") for each in xsd.iter(f"{XSD}element")}

    assert elements >= {law.value for law in ExemptionLaw}
    assert elements >= {scheme.value for scheme in MarginScheme}
    assert [name for name in (f"P_13_{kind}" for kind in BucketKind) if name not in elements] == []


def test_buckets_stand_in_the_order_of_the_schema(xsd):
    in_schema = [name for each in xsd.iter(f"{XSD}element") if (name := each.get("name", "")).startswith("P_13_")]

    assert [f"P_13_{kind}" for kind in BucketKind] == in_schema


@pytest.mark.parametrize(
    ("category", "bucket", "percentage"),
    [
        ("23", "1", 23),
        ("22", "1", 22),
        ("8", "2", 8),
        ("7", "2", 7),
        ("5", "3", 5),
        ("4", "4", 4),
        ("3", "4", 3),
        ("0 KR", "6_1", None),
        ("0 WDT", "6_2", None),
        ("0 EX", "6_3", None),
        ("zw", "7", None),
        ("oo", "10", None),
        ("np I", "8", None),
        ("np II", "9", None),
    ],
)
def test_every_category_has_its_bucket(category, bucket, percentage):
    assert VatCategory(category).bucket.value == bucket
    assert VatCategory(category).percentage == percentage


def test_the_table_above_names_every_category():
    assert len(VatCategory) == 14


def test_which_buckets_bear_tax():
    assert [kind.value for kind in BucketKind if kind.bears_polish_tax] == ["1", "2", "3", "4"]
    assert [kind.value for kind in BucketKind if kind.bears_tax] == ["1", "2", "3", "4", "5"]


def test_which_kinds_are_corrections():
    assert [kind.value for kind in Kind if kind.is_correction] == ["KOR", "KOR_ZAL", "KOR_ROZ"]
