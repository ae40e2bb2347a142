"""When each credential ends, so that nobody is surprised (API digest, 3.2 and 3.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.ksef_client.credentials import Credential

CERTIFICATE_WARNING = timedelta(days=60)
TOKEN_WARNING = timedelta(days=90)


class ExpiryCause(StrEnum):
    CERTIFICATE = "certificate"
    TOKENS_END = "tokens end"  # the law ends sign-in by token, whatever the token itself says


@dataclass(frozen=True, slots=True)
class Expiry:
    """The end of a credential and how long before it people are told."""

    cause: ExpiryCause
    ends_at: datetime
    warn_from: datetime

    def is_over(self, at: datetime) -> bool:
        return at >= self.ends_at

    def is_near(self, at: datetime) -> bool:
        return at >= self.warn_from


def expiry_of_certificate(credential: Credential) -> Expiry:
    """A KSeF certificate is not renewed: a new one is requested before this end, with this one signed in."""
    end = credential.valid_until
    return Expiry(ExpiryCause.CERTIFICATE, end, end - CERTIFICATE_WARNING)


def expiry_of_token(ends_at: datetime) -> Expiry:
    """The end of signing in by token, as the caller's settings have it (`tokens.TOKENS_END_ON` in Warsaw time)."""
    return Expiry(ExpiryCause.TOKENS_END, ends_at, ends_at - TOKEN_WARNING)
