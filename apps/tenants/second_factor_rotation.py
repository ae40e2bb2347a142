"""Moves what allauth stores of second factors from older master keys to the current one."""

import re
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from apps.vault import LocalMasterKeys

from .second_factor import SealedSecondFactor

# version:base64 of at least a nonce, one byte and a tag
SEALED = re.compile(r"[0-9]+:[A-Za-z0-9+/]{38,}={0,2}")


def old_second_factors() -> list[int]:
    """Second factors with something under an older master key."""
    current = _current_version()
    rows = Authenticator.objects.order_by("pk").values_list("pk", "data").iterator(chunk_size=1000)
    return [identifier for identifier, data in rows if any(_version(text) != current for text in _sealed_texts(data))]


def rewrap_second_factor(identifier: int) -> bool:
    """Seal what a second factor holds with the current master key; True when that changed it. One transaction.

    Its row is locked meanwhile, so that a recovery code used at this moment stays used.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=identifier).first()
        if row is None:
            return False
        data = _renewed(row.data, _current_version())
        return data != row.data and bool(Authenticator.objects.filter(pk=identifier).update(data=data))


def _sealed_texts(data: Any) -> Iterator[str]:
    """Every sealed text in what allauth stores, wherever it stands."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in inner:
        yield from _sealed_texts(value)
    if isinstance(data, str) and SEALED.fullmatch(data):
        yield data


def _renewed(data: Any, current: int) -> Any:
    """The same data with every sealed text under the current master key; what already is stays byte for byte."""
    if isinstance(data, dict):
        return {name: _renewed(value, current) for name, value in data.items()}
    if isinstance(data, list):
        return [_renewed(value, current) for value in data]
    if isinstance(data, str) and SEALED.fullmatch(data) and _version(data) != current:
        keeper = SealedSecondFactor()
        return keeper.encrypt(keeper.decrypt(data))
    return data


def _version(sealed: str) -> int:
    return int(sealed.partition(":")[0])


def _current_version() -> int:
    return LocalMasterKeys(settings.VAULT_MASTER_KEYS).current_version
