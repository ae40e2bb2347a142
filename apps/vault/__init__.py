"""Envelope encryption: a data key per tenant, wrapped by a versioned master key. Plain Python."""

from .envelope import Sealed, SealedFor, new_data_key, open_sealed, seal
from .errors import SecretUnreadable, VaultMisconfigured
from .providers import KeyProvider, LocalMasterKeys, WrappedKey

__all__ = [
    "KeyProvider",
    "LocalMasterKeys",
    "Sealed",
    "SealedFor",
    "SecretUnreadable",
    "VaultMisconfigured",
    "WrappedKey",
    "new_data_key",
    "open_sealed",
    "seal",
]
