"""The four places KSeF lives, as data (API digest, section 1)."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Environment:
    """One KSeF installation and the addresses that belong to it."""

    name: str
    base_url: str
    qr_url: str
    latarnia_url: str | None
    takes_self_signed_certificates: bool = False
    # Only LOCAL may be spoken to without TLS, and only on this very machine.
    is_local: bool = False

    def __post_init__(self) -> None:
        for url in filter(None, (self.base_url, self.qr_url, self.latarnia_url)):
            _check_scheme(url, local=self.is_local)

    @property
    def origin(self) -> str:
        """Scheme and host of the API, to which relative links are resolved."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address literal means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_scheme(url: str, *, local: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and local and is_loopback(parts.hostname or ""):
        return
    raise ValueError(f"KSeF is spoken to over https; plain http is for LOCAL on this machine only: {url}")


def local(base_url: str, *, qr_url: str | None = None, latarnia_url: str | None = None) -> Environment:
    """A stand-in for KSeF on this machine, such as the simulator."""
    base_url = base_url.rstrip("/")
    return Environment(
        name="LOCAL",
        base_url=base_url,
        qr_url=qr_url or "https://qr-test.ksef.mf.gov.pl",
        latarnia_url=latarnia_url,
        takes_self_signed_certificates=True,
        is_local=True,
    )


TEST = Environment(
    name="TEST",
    base_url="https://api-test.ksef.mf.gov.pl/v2",
    qr_url="https://qr-test.ksef.mf.gov.pl",
    latarnia_url="https://api-latarnia-test.ksef.mf.gov.pl",
    takes_self_signed_certificates=True,
)
DEMO = Environment(
    name="DEMO",
    base_url="https://api-demo.ksef.mf.gov.pl/v2",
    qr_url="https://qr-demo.ksef.mf.gov.pl",
    latarnia_url=None,
)
PROD = Environment(
    name="PROD",
    base_url="https://api.ksef.mf.gov.pl/v2",
    qr_url="https://qr.ksef.mf.gov.pl",
    latarnia_url="https://api-latarnia.ksef.mf.gov.pl",
)

PUBLIC = {environment.name: environment for environment in (TEST, DEMO, PROD)}


def environment_named(name: str, *, local_url: str | None = None) -> Environment:
    """Find an environment by its stored name; LOCAL needs the address it runs at."""
    if name == "LOCAL":
        if not local_url:
            raise ValueError("The environment LOCAL needs an address.")
        return local(local_url)
    return PUBLIC[name]
