"""A test client of somebody who just gave their password, without the slow hash of a real sign-in."""

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from apps.tenants.models import User


def signed_in(person: User, *, seconds_ago: float = 0, **options: Any) -> Client:
    """Signed in, with the proof of identity as the pages of the sign-in leave it in the session."""
    client = Client(**options)
    client.force_login(person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - seconds_ago}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session.save()
    return client
