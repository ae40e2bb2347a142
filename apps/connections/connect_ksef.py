"""connect_ksef(): store a tenant's access to a KSeF environment and make it the active one."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apps.audit.record import lock_chain, record
from apps.ksef_client.credentials import Credential, PrivateKey
from apps.tenants.models import Tenant, User

from .credential_archive import archive
from .credential_end import end_of_token
from .models import KsefConnection
from .secrets import seal_into


class CredentialMissing(Exception):
    """Neither a new token nor a stored one."""


@dataclass(frozen=True, slots=True)
class KsefAccess:
    """What a person entered; without token or certificate the stored one is kept."""

    environment: KsefConnection.Environment
    token: str = field(default="", repr=False)
    certificate: Credential | None = None

    @property
    def is_new(self) -> bool:
        return bool(self.token) or self.certificate is not None


def connect_ksef(tenant: Tenant, access: KsefAccess, *, by: User, at: datetime) -> KsefConnection:
    """Save the connection, wipe what another method left, and switch to it. Runs inside acting_in; talks to nobody."""
    lock_chain(tenant.id)
    connection = KsefConnection.objects.select_for_update().filter(
        tenant=tenant, environment=access.environment
    ).first() or KsefConnection(tenant=tenant, environment=access.environment, created_at=at)
    if not access.is_new and connection.token_sealed is None and connection.private_key_sealed is None:
        raise CredentialMissing
    connection.context_nip = tenant.nip
    if access.certificate is not None:
        use_certificate(connection, access.certificate, by, at)
    elif access.token:
        _use_token(connection, access.token.strip(), by, at)
    _switch_to(tenant, connection)
    record(
        tenant_id=tenant.id,
        event="ksef.connected",
        subject=connection,
        actor=f"user:{by.id}",
        data={
            "environment": access.environment.value,
            "method": connection.method,
            "new_credential": access.is_new,
        },
        at=at,
    )
    return connection


def _use_token(connection: KsefConnection, token: str, by: User, at: datetime) -> None:
    archive(connection, "token", token, by=by, at=at)
    connection.method = KsefConnection.Method.TOKEN
    connection.certificate_pem = ""
    seal_into(connection, token=token, private_key=None)
    _begin_anew(connection, at)
    connection.token_ends_on = None
    connection.credential_expires_at = end_of_token(connection)


def use_certificate(connection: KsefConnection, credential: Credential, by: User | None, at: datetime) -> None:
    """The key is stored without its password, sealed like every secret; the token is wiped. The caller saves."""
    key = key_text(credential.key)
    archive(connection, "private_key", key, by=by, at=at)
    connection.method = KsefConnection.Method.CERTIFICATE
    connection.certificate_pem = credential.certificate.public_bytes(Encoding.PEM).decode()
    seal_into(connection, token=None, private_key=key)
    _begin_anew(connection, at)
    connection.credential_expires_at = credential.valid_until


def key_text(key: PrivateKey) -> str:
    """A private key as it is sealed."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _begin_anew(connection: KsefConnection, at: datetime) -> None:
    """What the former credential signed in with says nothing about this one."""
    seal_into(connection, access_token=None, refresh_token=None)
    connection.access_expires_at = connection.refresh_expires_at = None
    # Whoever is signing in with the former credential just now keeps what it learns to itself.
    connection.sign_in_lease_until = connection.sign_in_lease_token = None
    connection.credential_changed_at = at
    connection.status = KsefConnection.Status.UNCHECKED
    connection.status_reason = ""


def _switch_to(tenant: Tenant, connection: KsefConnection) -> None:
    KsefConnection.objects.filter(tenant=tenant, is_active=True).exclude(pk=connection.pk).update(is_active=False)
    connection.is_active = True
    connection.save()
