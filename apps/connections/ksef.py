"""Signs in to KSeF for a connection. One worker at a time does it; the tokens are kept sealed and shared."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q

from apps.ksef_client import auth, environments
from apps.ksef_client.context import Context
from apps.ksef_client.credentials import from_pem
from apps.ksef_client.environments import Environment
from apps.ksef_client.errors import AccessDenied
from apps.ksef_client.keys import Keys, MemoryKeyCache
from apps.ksef_client.ksef import Ksef, Observer, Unobserved
from apps.ksef_client.transport import RequestsTransport, Transport
from apps.tenants.context import acting_in

from .credential_archive import note_use
from .credential_end import end_of_token
from .made_up import ProdBesideMadeUp, is_the_ministrys, refuse_prod_beside_made_up
from .models import KsefConnection
from .secrets import open_secret, seal_into
from .token_keeper import KeeperAway, TokenGone, reveal

Clock = Callable[[], datetime]

SIGN_IN_LEASE = timedelta(seconds=30)
# About 15 seconds in all: a sign-in that takes longer is begun anew later rather than waited for here.
SIGN_IN_POLLS = 9
# A token that ends within this time is not handed out: one step of work must be able to finish with it.
FRESH_ENOUGH = timedelta(seconds=60)


class SignInBusy(Exception):
    """Another worker is signing in for this connection; look again shortly."""


class NoCredential(Exception):
    """The connection has neither token nor certificate."""


@dataclass(frozen=True, slots=True)
class Access:
    """Which connection to open, what time it is, and who watches its requests."""

    tenant_id: UUID
    connection_id: UUID
    clock: Clock
    observer: Observer = field(default_factory=Unobserved)
    wait: Callable[[float], None] = time.sleep

    def open(self, *, renew: bool = False) -> Ksef:
        """A signed-in client; `renew` when KSeF no longer takes the token it was given last."""
        with acting_in(self.tenant_id):
            connection = KsefConnection.objects.get(pk=self.connection_id)
            _demand_real_world(connection)
            token = None if renew else _valid_access_token(connection, self.clock())
        ksef = self.anonymous(connection)
        return ksef.signed_in(token or self._sign_in(connection, ksef))

    def anonymous(self, connection: KsefConnection) -> Ksef:
        """A client without a bearer, for sign-in, public keys and pre-signed links."""
        return Ksef(environment_of(connection), transport(), self.clock, self.observer)

    def _sign_in(self, connection: KsefConnection, ksef: Ksef) -> str:
        lease = self._take_lease()
        try:
            tokens = _refreshed(connection, ksef, self) or _from_the_start(connection, ksef, self.wait)
        except AccessDenied as denied:
            self._refused(lease, denied)
            raise
        except BaseException:
            self._release(lease)
            raise
        self._keep(lease, tokens)
        return tokens.access.value

    def _take_lease(self) -> UUID:
        now, token = self.clock(), uuid4()
        with acting_in(self.tenant_id):
            free = Q(sign_in_lease_until__isnull=True) | Q(sign_in_lease_until__lte=now)
            taken = KsefConnection.objects.filter(free, pk=self.connection_id).update(
                sign_in_lease_until=now + SIGN_IN_LEASE, sign_in_lease_token=token
            )
        if not taken:
            raise SignInBusy(self.connection_id)
        return token

    def _keep(self, lease: UUID, tokens: auth.Tokens) -> None:
        with acting_in(self.tenant_id):
            connection = KsefConnection.objects.select_for_update().get(pk=self.connection_id)
            if connection.sign_in_lease_token != lease:
                return  # the lease ran out and another worker signed in: theirs are as good
            seal_into(connection, access_token=tokens.access.value, refresh_token=tokens.refresh.value)
            connection.access_expires_at = tokens.access.valid_until
            connection.refresh_expires_at = tokens.refresh.valid_until
            connection.status = KsefConnection.Status.READY
            connection.status_reason = ""
            if connection.method == KsefConnection.Method.TOKEN:
                connection.credential_expires_at = end_of_token(connection)
            connection.sign_in_lease_until = connection.sign_in_lease_token = None
            connection.save()

    def _refused(self, lease: UUID, denied: AccessDenied) -> None:
        with acting_in(self.tenant_id):
            # The audit chain is locked before the row, as everywhere.
            unlocked = KsefConnection.objects.get(pk=self.connection_id)
            note_use(unlocked, unlocked.method, at=self.clock(), outcome="refused")
            connection = KsefConnection.objects.select_for_update().get(pk=self.connection_id)
            if connection.sign_in_lease_token != lease:
                return
            seal_into(connection, access_token=None, refresh_token=None)
            connection.access_expires_at = connection.refresh_expires_at = None
            connection.status = KsefConnection.Status.REFUSED
            connection.status_reason = str(denied)[:1000]
            connection.checked_at = self.clock()
            connection.sign_in_lease_until = connection.sign_in_lease_token = None
            connection.save()

    def _release(self, lease: UUID) -> None:
        with acting_in(self.tenant_id):
            KsefConnection.objects.filter(pk=self.connection_id, sign_in_lease_token=lease).update(
                sign_in_lease_until=None, sign_in_lease_token=None
            )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks KSeF on a person's behalf: by which clock, watched by whom, and how a short wait is waited."""

    clock: Clock
    observer: Observer = field(default_factory=Unobserved)
    pause: Callable[[float], None] = time.sleep

    def access(self, tenant_id: UUID, connection_id: UUID) -> Access:
        return Access(tenant_id, connection_id, self.clock, self.observer, self.pause)


def environment_of(connection: KsefConnection) -> Environment:
    """The KSeF installation of a connection; LOCAL is where its row or the settings say."""
    if connection.environment == KsefConnection.Environment.LOCAL:
        address = connection.base_url or settings.KSEF_LOCAL_URL
        if is_the_ministrys(address):
            raise ValueError(f"LOCAL is no way round the confirmation that PROD asks for: {address}")
        return environments.local(address, latarnia_url=settings.KSEF_LOCAL_LATARNIA_URL or None)
    return environments.environment_named(connection.get_environment_display())


def _demand_real_world(connection: KsefConnection) -> None:
    """The last wall: whoever let this process start, it does not file on PROD with stand-ins around it."""
    try:
        refuse_prod_beside_made_up(connection.environment)
    except ProdBesideMadeUp as refusal:
        raise AccessDenied(f"This installation points at stand-ins ({refusal}) and does not file on PROD.") from refusal


def public_keys() -> Keys:
    """KSeF's public keys, cached for this process."""
    return Keys(_key_cache(os.getpid()), random.random)


def forget_public_keys() -> None:
    """KSeF could not read what was encrypted with the key we know: fetch it anew before the next use."""
    _key_cache.cache_clear()


def transport() -> Transport:
    """The connections of this process; a forked worker makes its own."""
    return _transport(os.getpid())


@lru_cache(maxsize=1)
def _transport(_pid: int) -> Transport:
    return RequestsTransport()


@lru_cache(maxsize=1)
def _key_cache(_pid: int) -> MemoryKeyCache:
    return MemoryKeyCache()


def _valid_access_token(connection: KsefConnection, now: datetime) -> str | None:
    expires = connection.access_expires_at
    return open_secret(connection, "access_token") if expires and now < expires - FRESH_ENOUGH else None


def _refreshed(connection: KsefConnection, ksef: Ksef, access: Access) -> auth.Tokens | None:
    """A new access token by the refresh token, or None when a whole sign-in is needed."""
    expires = connection.refresh_expires_at
    if expires is None or access.clock() >= expires - FRESH_ENOUGH:
        return None
    with acting_in(access.tenant_id):
        token = open_secret(connection, "refresh_token")
    if token is None:
        return None
    try:
        return auth.Tokens(auth.refresh(ksef, token), auth.Token(token, expires))
    except AccessDenied:
        return None  # the sign-in was ended; the credential may still be good


def _from_the_start(connection: KsefConnection, ksef: Ksef, wait: Callable[[float], None]) -> auth.Tokens:
    keys, context = public_keys(), Context(connection.context_nip)
    with acting_in(connection.tenant_id):
        note_use(connection, connection.method, at=ksef.clock(), outcome="sign-in begun")
        token = open_secret(connection, "token")
        private_key = open_secret(connection, "private_key")
    try:
        token = reveal(connection.tenant_id, token)
    except KeeperAway as away:
        raise SignInBusy(connection.pk) from away
    except TokenGone as gone:
        raise NoCredential(connection.pk) from gone
    challenge = auth.request_challenge(ksef)
    if connection.method == KsefConnection.Method.TOKEN and token:
        started = auth.start_with_token(ksef, keys, challenge, context=context, ksef_token=token)
    elif connection.method == KsefConnection.Method.CERTIFICATE and private_key:
        credential = from_pem(connection.certificate_pem.encode(), private_key.encode())
        started = auth.start_with_certificate(ksef, challenge, context=context, credential=credential)
    else:
        raise NoCredential(connection.pk)
    return auth.finish(ksef, started, wait=wait, polls=SIGN_IN_POLLS)
