"""The official schemas, compiled."""

from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"

AUTH_SCHEMA = etree.XMLSchema(etree.parse(SCHEMAS / "ksef/schemat_auth_v2-1.xsd"))
UPO_SCHEMA = etree.XMLSchema(etree.parse(SCHEMAS / "ksef/upo-v4-3.xsd"))
