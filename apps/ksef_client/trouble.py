"""Reads what KSeF, or the firewall before it, said about a failed call; never fails itself (API digest, 10.1)."""

import email.utils
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.ksef_client.errors import EXCERPT_LENGTH, Trouble
from apps.ksef_client.reading import Fields, Unreadable, clean, parse_json
from apps.ksef_client.transport import Response

WAF_REASON = "security-service-blocked"


def read_trouble(response: Response, *, may_quote: bool) -> Trouble:
    """Understand an error body by its shape: Problem Details, the old form, HTML, or anything else."""
    raw = _excerpt(response.body) if may_quote else ""
    if is_html(response):
        return Trouble(response.status, text="The answer is a web page, not an answer of KSeF.", is_waf=True, raw=raw)
    try:
        fields = Fields(_as_object(parse_json(response.body)))
    except Unreadable:
        return Trouble(response.status, raw=raw)
    if (old := fields.part("exception")) is not None:
        return _old_form(response.status, old, raw)
    if (status := fields.part("status")) is not None:  # 429 without Problem Details
        return Trouble(response.status, text=status.text("description") or "", details=status.texts("details"), raw=raw)
    return _problem_details(response.status, fields, raw)


def _as_object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("not an object")
    return value


def _problem_details(http_status: int, fields: Fields, raw: str) -> Trouble:
    errors = fields.parts("errors")
    reason = fields.text("reasonCode")
    security = fields.part("security")
    texts = [text for error in errors if (text := error.text("description"))]
    return Trouble(
        http_status,
        codes=tuple(code for error in errors if (code := error.number("code")) is not None),
        text=" ".join(texts) or fields.text("detail") or fields.text("title") or "",
        details=tuple(detail for error in errors for detail in error.texts("details")),
        reason_code=reason,
        security=dict(security.values) if security else {},
        trace_id=fields.text("traceId"),
        is_waf=reason == WAF_REASON,
        raw=raw,
    )


def _old_form(http_status: int, exception: Fields, raw: str) -> Trouble:
    errors = exception.parts("exceptionDetailList")
    return Trouble(
        http_status,
        codes=tuple(code for error in errors if (code := error.number("exceptionCode")) is not None),
        text=" ".join(text for error in errors if (text := error.text("exceptionDescription"))),
        details=tuple(detail for error in errors for detail in error.texts("details")),
        trace_id=exception.text("serviceCode"),
        raw=raw,
    )


def is_html(response: Response) -> bool:
    """Whether a web page came back: KSeF itself never sends one."""
    if "html" in response.headers.get("Content-Type", "").lower():
        return True
    start = response.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def _excerpt(body: bytes) -> str:
    return clean(body[: EXCERPT_LENGTH * 4].decode("utf-8", "replace"))[:EXCERPT_LENGTH]


def read_retry_after(response: Response, *, now: datetime) -> timedelta | None:
    """Retry-After as seconds or as an HTTP date; None when absent or nonsense, never negative."""
    value = response.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return timedelta(seconds=min(float(value), 7 * 86_400))
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(moment - now, timedelta(0))
