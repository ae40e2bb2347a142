"""Every module that answers operations of the contract; importing one registers its answers."""

from apps.ksef_simulator.people import (
    certificate_endpoints,
    certificate_requests,
    directory,
    granting,
    limit_endpoints,
    permission_queries,
    testdata,
    token_endpoints,
)
from apps.ksef_simulator.reading import collective, download, exports, metadata
from apps.ksef_simulator.sending import batch, online, statuses, upo
from apps.ksef_simulator.signin import bearer_tokens, challenges, ksef_token, public_keys, xades

__all__ = [
    "batch",
    "bearer_tokens",
    "certificate_endpoints",
    "certificate_requests",
    "challenges",
    "collective",
    "directory",
    "download",
    "exports",
    "granting",
    "ksef_token",
    "limit_endpoints",
    "metadata",
    "online",
    "permission_queries",
    "public_keys",
    "statuses",
    "testdata",
    "token_endpoints",
    "upo",
    "xades",
]
