"""Limits in force for the current context: sizes, counts and request rates (API digest, section 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from apps.ksef_client import endpoints
from apps.ksef_client.endpoints import Group
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.package import PackageLimits
from apps.ksef_client.reading import Fields

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How large and how many the documents of a session may be."""

    document_bytes: int
    document_with_attachment_bytes: int
    documents: int


@dataclass(frozen=True, slots=True)
class ContextLimits:
    online: SessionLimits
    batch: SessionLimits

    def package_limits(self) -> PackageLimits:
        """The limits a batch package must keep."""
        return replace(PackageLimits(), documents=self.batch.documents, document_bytes=self.batch.document_bytes)


@dataclass(frozen=True, slots=True)
class SubjectLimits:
    """How many certificates the signed-in subject may request and hold; None where KSeF does not say."""

    enrolments: int | None
    certificates: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests per sliding window, all three at once."""

    per_second: int
    per_minute: int
    per_hour: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Rates by group name, including groups this program does not know."""

    rates: Mapping[str, Rate]

    def counter_of(self, group: Group) -> str:
        """The counter a call draws on: before API 2.8 closing a session drew on the counter of opening it."""
        if group.value in self.rates:
            return group.value
        return _BEFORE_2_8.get(group, group).value

    def rate_of(self, group: Group) -> Rate | None:
        """The rate of a call's counter; None where nothing is counted or KSeF does not say."""
        return self.rates.get(self.counter_of(group))


_BEFORE_2_8 = {Group.ONLINE_SESSION_CLOSE: Group.ONLINE_SESSION, Group.BATCH_SESSION_CLOSE: Group.BATCH_SESSION}

# What the contract 2.9 promises by default; to be used until KSeF has been asked.
DEFAULT_RATES = RateLimits(
    {
        Group.ONLINE_SESSION.value: Rate(10, 30, 120),
        Group.ONLINE_SESSION_CLOSE.value: Rate(20, 60, 240),
        Group.BATCH_SESSION.value: Rate(10, 20, 60),
        Group.BATCH_SESSION_CLOSE.value: Rate(20, 40, 120),
        Group.INVOICE_SEND.value: Rate(10, 30, 180),
        Group.INVOICE_STATUS.value: Rate(30, 120, 1200),
        Group.SESSION_LIST.value: Rate(5, 10, 60),
        Group.SESSION_INVOICE_LIST.value: Rate(10, 20, 200),
        Group.SESSION_MISC.value: Rate(10, 120, 1200),
        Group.INVOICE_METADATA.value: Rate(8, 16, 20),
        Group.INVOICE_EXPORT.value: Rate(8, 16, 20),
        Group.INVOICE_EXPORT_STATUS.value: Rate(10, 60, 600),
        Group.INVOICE_DOWNLOAD.value: Rate(8, 16, 64),
        Group.COLLECTIVE_IDENTIFIER.value: Rate(20, 120, 240),
        Group.OTHER.value: Rate(10, 30, 120),
        Group.ANONYMOUS.value: Rate(60, 3600, 216_000),
    }
)


def context_limits(ksef: Ksef) -> ContextLimits:
    return ksef.call(endpoints.CONTEXT_LIMITS).into(
        lambda fields: ContextLimits(
            _session_limits(fields.need_part("onlineSession")), _session_limits(fields.need_part("batchSession"))
        )
    )


def subject_limits(ksef: Ksef) -> SubjectLimits:
    def build(fields: Fields) -> SubjectLimits:
        enrolment, certificate = fields.part("enrollment"), fields.part("certificate")
        return SubjectLimits(
            enrolment.number("maxEnrollments") if enrolment else None,
            certificate.number("maxCertificates") if certificate else None,
        )

    return ksef.call(endpoints.SUBJECT_LIMITS).into(build)


def rate_limits(ksef: Ksef) -> RateLimits:
    """The request rates now; ask about once a day."""

    def build(fields: Fields) -> RateLimits:
        parts = {name: part for name in fields.values if (part := fields.part(name))}
        return RateLimits({name: rate for name, part in parts.items() if (rate := _rate(part))})

    return ksef.call(endpoints.RATE_LIMITS).into(build)


def _session_limits(fields: Fields) -> SessionLimits:
    return SessionLimits(
        fields.need_number("maxInvoiceSizeInMB") * MEGABYTE,
        fields.need_number("maxInvoiceWithAttachmentSizeInMB") * MEGABYTE,
        fields.need_number("maxInvoices"),
    )


def _rate(fields: Fields) -> Rate | None:
    numbers = [fields.number(name) for name in ("perSecond", "perMinute", "perHour")]
    known = [number for number in numbers if number is not None]
    return Rate(*known) if len(known) == len(numbers) else None
