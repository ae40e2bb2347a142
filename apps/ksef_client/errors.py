"""What can go wrong between us and KSeF, sorted by what the caller may do next."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

EXCERPT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Trouble:
    """KSeF's own words about a failed call, as far as it gave any."""

    http_status: int | None = None
    codes: tuple[int, ...] = ()
    text: str = ""
    details: tuple[str, ...] = ()
    reason_code: str | None = None  # of a 403
    security: dict[str, Any] = field(default_factory=dict)  # facts KSeF adds to a 403
    trace_id: str | None = None
    # The answer came from the firewall in front of KSeF, not from KSeF: all traffic from this address is affected.
    is_waf: bool = False
    raw: str = ""  # beginning of the body; empty where the body may hold a secret


class KsefError(Exception):
    """A call that did not end as hoped; the subclass says what may be done next."""

    def __init__(
        self,
        text: str,
        *,
        trouble: Trouble | None = None,
        retry_after: timedelta | None = None,
        endpoint: str = "",
    ) -> None:
        super().__init__(text)
        self.trouble = trouble or Trouble()
        self.retry_after = retry_after
        self.endpoint = endpoint

    @property
    def code(self) -> int | None:
        """KSeF's first own code, such as 21405."""
        return self.trouble.codes[0] if self.trouble.codes else None

    @property
    def http_status(self) -> int | None:
        return self.trouble.http_status

    @property
    def trace_id(self) -> str | None:
        """What KSeF's helpdesk asks for."""
        return self.trouble.trace_id

    @property
    def details(self) -> tuple[str, ...]:
        return self.trouble.details

    @property
    def is_waf(self) -> bool:
        return self.trouble.is_waf

    def has_code(self, *codes: int) -> bool:
        """Whether KSeF named one of these codes."""
        return any(code in self.trouble.codes for code in codes)


class AccessDenied(KsefError):
    """The tenant must renew or grant something; with `needs_refresh`, only the access token is old."""

    @property
    def needs_refresh(self) -> bool:
        """The access token is not accepted: refresh it once and repeat the call (nothing happened)."""
        return self.http_status == 401


class Refused(KsefError):
    """Final for these bytes: sending them again would end the same way."""


class Unavailable(KsefError):
    """Nothing happened; try again, not before `retry_after` where KSeF set it."""


class OutcomeUnknown(KsefError):
    """It may have happened: look before doing it again, unless `safe_to_repeat`."""

    def __init__(
        self,
        text: str,
        *,
        trouble: Trouble | None = None,
        retry_after: timedelta | None = None,
        endpoint: str = "",
        safe_to_repeat: bool = False,
    ) -> None:
        super().__init__(text, trouble=trouble, retry_after=retry_after, endpoint=endpoint)
        self.safe_to_repeat = safe_to_repeat
