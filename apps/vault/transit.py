"""HashiCorp Vault's transit engine as keeper of the master key: it never leaves that server."""

import base64
from typing import Protocol, cast
from uuid import UUID

from .errors import SecretUnreadable, VaultMisconfigured
from .providers import WrappedKey


class TransitApi(Protocol):
    """What we need of hvac's transit client."""

    def encrypt_data(
        self, *, name: str, plaintext: str, context: str, mount_point: str
    ) -> dict[str, dict[str, str]]: ...

    def decrypt_data(
        self, *, name: str, ciphertext: str, context: str, mount_point: str
    ) -> dict[str, dict[str, str]]: ...

    def read_key(self, *, name: str, mount_point: str) -> dict[str, dict[str, object]]: ...


class HashicorpTransit:
    """Wraps data keys with a transit key made with `derived=true`, so that the tenant is part of the encryption."""

    name = "hashicorp"

    def __init__(self, api: TransitApi, *, key: str = "ksefkit", mount: str = "transit") -> None:
        self._api = api
        self._key = key
        self._mount = mount

    def __repr__(self) -> str:
        return f"HashicorpTransit({self._mount}/{self._key})"

    @property
    def current_version(self) -> int:
        data = self._api.read_key(name=self._key, mount_point=self._mount)["data"]
        if not data.get("derived"):
            raise VaultMisconfigured(f"The transit key {self._key} must be made with derived=true.")
        return int(cast(int, data["latest_version"]))

    def wrap(self, data_key: bytes, *, tenant_id: UUID) -> WrappedKey:
        answer = self._api.encrypt_data(
            name=self._key,
            plaintext=base64.b64encode(data_key).decode(),
            context=_context(tenant_id),
            mount_point=self._mount,
        )
        ciphertext = answer["data"]["ciphertext"]
        return WrappedKey(master_version=_version(ciphertext), blob=ciphertext.encode())

    def unwrap(self, wrapped: WrappedKey, *, tenant_id: UUID) -> bytes:
        try:
            answer = self._api.decrypt_data(
                name=self._key,
                ciphertext=wrapped.blob.decode(),
                context=_context(tenant_id),
                mount_point=self._mount,
            )
        except Exception as error:
            if type(error).__name__ not in {"InvalidRequest", "Forbidden"}:
                raise  # the server is away: that says nothing about the key
            raise SecretUnreadable("Vault does not open this data key for this tenant.") from error
        return base64.b64decode(answer["data"]["plaintext"])


def connect(address: str, token: str, *, key: str, mount: str) -> HashicorpTransit:
    """A transit keeper over HTTP; needs the extra `hashicorp-vault`."""
    try:
        import hvac
    except ImportError:
        raise VaultMisconfigured(
            "Install the extra hashicorp-vault to keep the master key in HashiCorp Vault."
        ) from None
    return HashicorpTransit(hvac.Client(url=address, token=token, timeout=10).secrets.transit, key=key, mount=mount)


def _context(tenant_id: UUID) -> str:
    return base64.b64encode(f"ksefkit:{tenant_id}".encode()).decode()


def _version(ciphertext: str) -> int:
    # vault:v3:…
    return int(ciphertext.split(":")[1].removeprefix("v"))
