"""Large contents are read a block at a time, complete and in their order."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.archive import blocks
from apps.archive.blocks import in_blocks
from apps.archive.export import write_export
from apps.documents.models import SourceDocument
from apps.tenants.context import acting_in
from tests.factories import Company, make_document, make_filing, make_stripe_connection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def five(acme: Company) -> list[str]:
    with acting_in(acme.tenant.id):
        stripe = make_stripe_connection(acme)
        for number in range(5):
            make_filing(make_document(stripe, number=f"FV-{number}"))
    return [f"FV-{number}" for number in range(5)]


@pytest.mark.parametrize(("size", "lengths"), [(2, [2, 2, 1]), (5, [5]), (200, [5])])
def test_every_row_comes_once_in_its_order(
    acme: Company, five: list[str], monkeypatch: pytest.MonkeyPatch, size: int, lengths: list[int]
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", size)

    with acting_in(acme.tenant.id):
        found = list(in_blocks(SourceDocument.objects.order_by("-number")))

    assert [len(block) for block in found] == lengths
    assert [document.number for block in found for document in block] == five[::-1]


def test_an_export_asks_as_often_for_one_document_as_for_five(acme: Company, five: list[str]) -> None:
    with acting_in(acme.tenant.id):
        with (
            CaptureQueriesContext(
                connection,
            ) as asked,
            io.BytesIO() as file,
        ):
            assert write_export(acme.tenant.id, file, at=NOW) == 5
            names = zipfile.ZipFile(file).namelist()
        for_five = len(asked)
        make_filing(make_document(SourceDocument.objects.all()[0].connection, number="FV-5"))
        with CaptureQueriesContext(connection) as asked, io.BytesIO() as file:
            assert write_export(acme.tenant.id, file, at=NOW) == 6

    assert len(asked) == for_five
    assert sum(name.endswith("source.json") for name in names) == 5
