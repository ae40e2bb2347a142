"""Maps a tenant's documents as of a day: what the pure mapping needs is gathered here, once for many documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db.models import prefetch_related_objects

from apps.documents.inputs import RateShelf, settings_for, with_own_checks
from apps.documents.mapping.map import map_document
from apps.documents.mapping.outcome import Mapped
from apps.documents.mapping.override_json import from_dict
from apps.documents.mapping.overrides import Overrides, SetIssueDate
from apps.documents.mapping.reasons import Reason as MappingReason
from apps.documents.mapping.reasons import Text
from apps.documents.mapping.related import Related
from apps.documents.mapping.seller import Seller
from apps.documents.mapping.settings import Settings
from apps.documents.models import MappingSettings, SourceDocument
from apps.fa3.calendar import warsaw_date
from apps.reviews.models import Override as StoredOverride
from apps.tenants.models import CompanyProfile, Tenant

from .chain import chain_of, filed_corrections, filing_before_void, filing_of_original
from .facts import original_filing, prior_corrections

log = structlog.get_logger()


class ProfileMissing(Exception):
    """The company has no profile for this day, so nothing can be filed in its name."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The mapping itself failed on this document: our fault, shown as such, and never in the way of others."""

    problem: str


@dataclass
class Mapper:
    """One tenant, one Warsaw day. Runs inside acting_in."""

    tenant_id: UUID
    day: date
    at: datetime
    _seller: Seller = field(init=False)
    _settings: Settings = field(init=False)
    _rates: RateShelf = field(init=False)

    def __post_init__(self) -> None:
        self._seller = self._seller_on(self.day)
        self._settings = self._settings_on(self.day)
        self._rates = RateShelf(self.day)

    def map_all(self, documents: Sequence[SourceDocument], dated: Mapping[UUID, date]) -> list[Mapped | Broken]:
        """The outcome for each document, in order; `dated` fixes the day of issue of some."""
        prefetch_related_objects(documents, "connection")
        stated = _overrides(self.tenant_id, {document.stripe_id for document in documents})
        return [
            self._map(document, _with_day(stated.get(_object(document), Overrides()), dated.get(document.pk)))
            for document in documents
        ]

    def _map(self, document: SourceDocument, overrides: Overrides) -> Mapped | Broken:
        try:
            settings = settings_for(document, self._settings)
            content = _json(document.payload)
            related = replace(self._related(document, content), rates=self._rates.of(document, settings))
            return map_document(content, related, self._seller, settings, self.day, overrides, created_at=self.at)
        except Exception as problem:
            log.exception("mapping.broke", document=str(document.pk), tenant=str(self.tenant_id))
            return Broken(f"{type(problem).__name__}: {problem}"[:300])

    def _related(self, document: SourceDocument, content: dict[str, Any]) -> Related:
        side = with_own_checks(self.tenant_id, content, _json(document.side_data))
        if document.kind == SourceDocument.Kind.INVOICE and document.stripe_status != "void":
            return Related.from_dict(side)
        return self._of_correction(document, side)

    def _of_correction(self, document: SourceDocument, side: dict[str, Any]) -> Related:
        """A correction repeats its original as it was filed, less what earlier corrections took."""
        filing = filing_of_original(document)
        original = filing.document if filing else _captured_original(document)
        beside = _merged(_json(original.side_data), side) if original else side
        day = warsaw_date(filing.accepted_at) if filing and filing.accepted_at else self.day
        return replace(
            Related.from_dict(beside),
            original_invoice=_json(original.payload) if original else None,
            original_filing=original_filing(filing, ksef_start=self._settings.ksef_start),
            original_settings=self._settings_on(day),
            original_seller=self._seller_on(day),
            own_filing=original_filing(filing_before_void(document), ksef_start=self._settings.ksef_start),
            original_overrides=_overrides(self.tenant_id, {chain_of(document)}).get(
                (document.connection_id, chain_of(document)), Overrides()
            ),
            prior_corrections=prior_corrections(filed_corrections(document)),
        )

    def _seller_on(self, day: date) -> Seller:
        tenant = Tenant.objects.get(pk=self.tenant_id)
        profile = CompanyProfile.objects.of(tenant).on(day)
        if profile is None:
            raise ProfileMissing(self.tenant_id)
        names = ("name", "address_l1", "address_l2", "country", "email", "krs", "regon", "bdo", "bank_account", "swift")
        values = {name: getattr(profile, name) for name in (*names, "bank_name", "footer")}
        return Seller.from_dict({"nip": tenant.nip, **values})

    def _settings_on(self, day: date) -> Settings:
        chosen = MappingSettings.on(self.tenant_id, day)
        return Settings.from_dict(chosen.values if chosen else {})


def reasons_as_json(reasons: Sequence[MappingReason]) -> list[dict[str, Any]]:
    """Reasons in the form a Hold stores them."""
    return [
        {
            "code": str(reason.code),
            "field": reason.field,
            "params": {name: plain(value) for name, value in reason.params.items()},
        }
        for reason in reasons
    ]


def plain(value: object) -> Any:
    """A parameter of a reason as JSON: both languages of a text, exact numbers, ISO dates."""
    if isinstance(value, Text):
        return {"pl": value.pl, "en": value.en}
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def _with_day(stated: Overrides, day: date | None) -> Overrides:
    return stated if day is None else Overrides((*stated.given, SetIssueDate(day=day)))


def _object(document: SourceDocument) -> tuple[UUID, str]:
    return document.connection_id, document.stripe_id


def _overrides(tenant_id: UUID, stripe_ids: set[str]) -> dict[tuple[UUID, str], Overrides]:
    rows = StoredOverride.objects.filter(tenant_id=tenant_id, stripe_id__in=stripe_ids).order_by("entered_at", "id")
    stated: dict[tuple[UUID, str], list[Any]] = {}
    for row in rows:
        stated.setdefault((row.connection_id, row.stripe_id), []).append(from_dict(row.value))
    return {key: Overrides(tuple(values)) for key, values in stated.items()}


def _captured_original(document: SourceDocument) -> SourceDocument | None:
    states = SourceDocument.objects.filter(
        tenant_id=document.tenant_id, connection_id=document.connection_id, stripe_id=chain_of(document)
    )
    return states.exclude(pk=document.pk).order_by("-revision").first()


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Side data of the original and of its correction; objects are joined, the correction's own values win."""
    merged = dict(first)
    for name, value in second.items():
        known = merged.get(name)
        merged[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def _json(content: bytes | memoryview) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(bytes(content), parse_float=Decimal)
    return loaded
