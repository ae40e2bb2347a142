"""Pre-signed links to the storage: whoever holds one may use it, until it expires, without any bearer."""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import urlencode


class Links:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, base_url: str, path: str, until: datetime) -> str:
        """A link under /storage that holds for this path and moment only."""
        ends = int(until.timestamp())
        return f"{base_url}/storage/{path}?{urlencode({'se': ends, 'sig': self._signature(path, ends)})}"

    def genuine(self, path: str, ends: str, signature: str) -> bool:
        return ends.isdigit() and hmac.compare_digest(self._signature(path, int(ends)), signature)

    def _signature(self, path: str, ends: int) -> str:
        return hmac.new(self._secret, f"{path}|{ends}".encode(), hashlib.sha256).hexdigest()[:40]
