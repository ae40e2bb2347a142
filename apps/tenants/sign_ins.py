"""Sign-ins, refusals and changes of credentials in the audit: allauth tells of them by signals, the only way it has.

Each is kept in the platform's chain and in the chain of every company the person belongs to. Neither address nor
password is kept; a stranger's attempt carries only where it came from.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.account import signals as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save
from django.dispatch import Signal
from django.http import HttpRequest

from apps.audit.record import PLATFORM, record

from .context import acting_as, acting_in
from .identity import proved_by_signing_up, renew_session
from .models import Membership, User
from .second_factor import hash_codes_once_seen

STRANGER = "stranger"


class NotedSignIns(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """A password that is not even looked at, because there were too many wrong ones, is in the audit too."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note("person.sign_in_refused", person=_person_of(credentials), step="too many tries")
            raise


def note(event: str, *, person: User | None, words: Mapping[str, str] | None = None, **data: Any) -> None:
    """Record something about a person that is not about one company."""
    actor = f"user:{person.id}" if person else STRANGER
    for tenant_id in [PLATFORM, *(_companies_of(person) if person else [])]:
        with acting_in(tenant_id):
            record(tenant_id=tenant_id, event=event, actor=actor, data=data, words=words)


def _companies_of(person: User) -> list[UUID]:
    with acting_as(person.id):
        return list(Membership.objects.filter(user=person).order_by("tenant_id").values_list("tenant_id", flat=True))


def _signed_in(*, user: User, **_: Any) -> None:
    note("person.signed_in", person=user)


def _signed_out(*, user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        note("person.signed_out", person=user)


def _refused(*, credentials: dict[str, Any], **_: Any) -> None:
    note("person.sign_in_refused", person=_person_of(credentials), step="password")


def _person_of(credentials: dict[str, Any]) -> User | None:
    address = str(credentials.get("email") or credentials.get("username") or "")
    return User.objects.filter(email__iexact=address).first() if address else None


def _second_factor_refused(*, user: User, reauthentication: bool = False, **_: Any) -> None:
    note("person.sign_in_refused", person=user, step="second factor", again=reauthentication)


def _second_factor_used(*, user: User, authenticator: Any, reauthenticated: bool = False, **_: Any) -> None:
    note("person.second_factor_used", person=user, kind=str(authenticator.type), again=reauthenticated)


def _second_factor_changed(event: str) -> Any:
    def receiver(*, user: User, authenticator: Any, **_: Any) -> None:
        note(event, person=user, kind=str(authenticator.type))

    return receiver


def _proved_again(*, request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **_: Any) -> None:
    renew_session(request=request, reauthenticated=reauthenticated)
    if reauthenticated and method == "password":
        note("person.proved_identity", person=user, kind=method)


def _signed_up(*, request: HttpRequest, user: User, **_: Any) -> None:
    proved_by_signing_up(request, user)
    note("person.signed_up", person=user)


def _plain(event: str) -> Any:
    def receiver(*, user: User, **_: Any) -> None:
        note(event, person=user)

    return receiver


def _heard() -> list[tuple[Signal, Any]]:
    return [
        (user_logged_in, _signed_in),
        (user_logged_out, _signed_out),
        (user_login_failed, _refused),
        (mfa.authentication_failed, _second_factor_refused),
        (mfa.authenticator_used, _second_factor_used),
        (mfa.authenticator_added, _second_factor_changed("person.second_factor_added")),
        (mfa.authenticator_removed, _second_factor_changed("person.second_factor_removed")),
        (mfa.authenticator_reset, _second_factor_changed("person.second_factor_reset")),
        (account.password_changed, _plain("person.password_changed")),
        (account.password_reset, _plain("person.password_reset")),
        (account.email_changed, _plain("person.email_changed")),
        (account.user_signed_up, _signed_up),
        (account.authentication_step_completed, _proved_again),
    ]


def listen() -> None:
    """Called once, when the app is ready."""
    for signal, receiver in _heard():
        signal.connect(receiver, weak=False, dispatch_uid=f"ksefkit.{id(signal)}")
    post_save.connect(hash_codes_once_seen, sender=Authenticator, dispatch_uid="ksefkit.recovery_codes")
