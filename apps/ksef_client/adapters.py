"""How connections are opened: verified by the system's trust store, and never to a private address."""

import ipaddress
import socket
import ssl
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError


class SystemTrustAdapter(HTTPAdapter):
    """Verifies servers by the system's trust store instead of the list that comes with requests."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=ssl.create_default_context(), **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=ssl.create_default_context(), **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave verification to the context, which requires a certificate and checks the host name."""


class PublicOnlyAdapter(SystemTrustAdapter):
    """Refuses to talk to a private address, whatever a name resolved to; checked on the open socket."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHttpPool, "https": _GuardedHttpsPool}


class PublicOrLoopbackAdapter(SystemTrustAdapter):
    """The same for LOCAL, which runs on this machine."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _LocalHttpPool, "https": _LocalHttpsPool}


def _guard(connection: HTTPConnection, sock: socket.socket, *, loopback: bool) -> socket.socket:
    address = ipaddress.ip_address(sock.getpeername()[0].split("%")[0])
    if address.is_global or (loopback and address.is_loopback):
        return sock
    sock.close()
    raise NewConnectionError(connection, "the address is not public")


class _GuardedHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _guard(self, super()._new_conn(), loopback=False)


class _GuardedHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _guard(self, super()._new_conn(), loopback=False)


class _LocalHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _guard(self, super()._new_conn(), loopback=True)


class _LocalHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _guard(self, super()._new_conn(), loopback=True)


class _GuardedHttpPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHttp


class _GuardedHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHttps


class _LocalHttpPool(HTTPConnectionPool):
    ConnectionCls = _LocalHttp


class _LocalHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _LocalHttps
