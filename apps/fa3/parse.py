"""From bytes back to a document."""

from typing import cast

from apps.fa3.document import Document
from apps.fa3.schema import FA3, Unreadable, read_tree
from apps.fa3.xml import DOCUMENT
from apps.fa3.xml_cursor import Cursor, NotExpressible

__all__ = ["NotExpressible", "Unreadable", "parse_xml"]


def parse_xml(data: bytes) -> Document:
    """The document in these bytes.

    Unreadable when they are not valid FA(3); NotExpressible when they hold what `Document` leaves out on purpose.
    """
    cursor = Cursor(read_tree(data, schema=FA3))
    document = cast(Document, DOCUMENT.read(cursor))
    cursor.leave()
    return document
