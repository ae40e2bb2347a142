"""Who somebody is, and how long ago they proved it: a sign-in counts, so does a password or factor entered again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from .models import User

# A link from a mail (`password_reset`) proves the mailbox, not the person.
PROOFS = frozenset({"password", "mfa"})


def proved_recently(request: HttpRequest, *, at: datetime) -> bool:
    """Whether the signed-in person gave a password, passkey or code within the last ten minutes."""
    if not isinstance(request.user, User):
        return False
    proofs = [proof["at"] for proof in get_authentication_records(request, request.user) if proof["method"] in PROOFS]
    lasts = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    return bool(proofs) and at - datetime.fromtimestamp(max(proofs), UTC) < lasts


def proved_by_signing_up(request: HttpRequest, person: User) -> None:
    """Whoever just chose a password need not enter it again at once."""
    record_authentication(request, person, "password")


def renew_session(*, request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    """A session that gains rights by a new proof gets a new key (OWASP ASVS 5.0, 7.2.4)."""
    if reauthenticated:
        before = request.session.session_key
        request.session.cycle_key()
        # The list of a person's sessions follows, so that ending it from there ends the one in use.
        UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
