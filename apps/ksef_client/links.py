"""Links that KSeF hands out (UPO, package parts, exports): checked before use, and never shown a bearer."""

import ipaddress
from urllib.parse import urljoin, urlsplit

from apps.ksef_client.environments import Environment, is_loopback


class UnsafeLink(Exception):
    """A link we will not follow."""


def resolve(environment: Environment, link: str) -> str:
    """A link made absolute against the API's host; UnsafeLink unless it leads to a public host over https."""
    try:
        url = urljoin(environment.origin + "/", link.strip())
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UnsafeLink("The link is no address.") from None
    if parts.username is not None or not host or "\\" in url or " " in url or not url.isprintable():
        # Characters on which address parsers disagree could lead another one to another host.
        raise UnsafeLink("The link carries a user name, no host, or characters of no address.")
    if environment.is_local and is_loopback(host) and parts.scheme in ("http", "https"):
        return url
    if parts.scheme != "https":
        raise UnsafeLink("The link does not use https.")
    if not _is_public(host):
        raise UnsafeLink("The link leads to a private address.")
    return url


def _is_public(host: str) -> bool:
    """A literal address must be global; a name is judged by the transport once it is resolved."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        # Forms such as 2130706433 or 0x7f.1 that some resolvers read as addresses, and names without a dot.
        return "." in host and not host.rsplit(".", 1)[1][:1].isdigit()
