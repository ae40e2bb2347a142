"""Which processes make up the service on this machine, and the settings they get."""

import os
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass, field

from .given import ksef_address, stripe_address
from .packages import clean_environment
from .places import LOCAL, LOGS, RUN
from .ports import HOST, keep_or_choose, web_door
from .processes import MARK, spawn
from .storage import Addresses
from .supervise import OUTSIDE, SERVICE, Part
from .talk import Failure

# A company that does not exist, with a NIP whose check digit is right.
DEMO_NIP = "5260309174"
REGISTERS = {"NBP_URL": "nbp", "ECB_URL": "ecb", "VIES_URL": "vies", "WHITE_LIST_URL": "wl"}
SETTINGS_OF_THE_DEMO = ("KSEF_LOCAL_NIP", "KSEF_LOCAL_TOKEN", "STRIPE_LOCAL_KEY")


@dataclass(frozen=True)
class Plan:
    """The parts of a run and the environments they live in."""

    public_url: str
    environment: dict[str, str]  # the demo's: the service's, and where the simulators are
    owner_environment: dict[str, str]  # for migrations only
    simulators: list[Part]
    service: list[Part]
    answering: list[tuple[Part, int, str]] = field(default_factory=list)  # wait until these answer

    def as_exports(self) -> str:
        """Lines for a shell, so that `manage.py` can be used by hand beside a run."""
        ours = sorted(name for name in self.owner_environment if os.environ.get(name) != self.owner_environment[name])
        return "".join(f"export {name}={shlex.quote(self.owner_environment[name])}\n" for name in ours)


def make_plan(keys: dict[str, str], ports: dict[str, int], addresses: Addresses) -> Plan:
    """Decide every port and setting; nothing is started here, but the web's port is held from now on."""
    door = web_door(os.environ.get("PORT"), ports.get("web"))
    ports["web"] = door.getsockname()[1]
    public_url = os.environ.get("PUBLIC_URL", f"http://{HOST}:{ports['web']}").rstrip("/")
    outside = _outside(keys, ports)
    service = _service_settings(keys, addresses, outside, public_url)
    web, *others = service_parts(service, door)
    answering = [(web, ports["web"], "/")]
    answering += [(part, ports[part.name], "/") for part in outside.simulators]
    owner = service | {"DATABASE_OWNER_URL": addresses.owner, "KSEFKIT_AS_OWNER": "1"}
    demo = service | _demo_settings(keys, outside)
    return Plan(public_url, demo, owner, outside.simulators, [web, *others], answering)


def _service_settings(
    keys: dict[str, str], addresses: Addresses, outside: "Outside", public_url: str
) -> dict[str, str]:
    given = os.environ.get
    service = clean_environment() | {
        "DJANGO_SETTINGS_MODULE": "ksefkit.settings",
        "DATABASE_URL": addresses.database,
        "REDIS_URL": addresses.redis,
        "SECRET_KEY": given("SECRET_KEY", keys["secret_key"]),
        "VAULT_MASTER_KEYS": given("VAULT_MASTER_KEYS", keys["vault"]),
        "PUBLIC_URL": public_url,
        "KSEF_LOCAL_URL": outside.ksef_url,
        "KSEF_LOCAL_LATARNIA_URL": outside.latarnia_url,
        "STRIPE_API_BASE": outside.stripe_url,
        # The account is the simulator's: nobody shares its limits.
        "STRIPE_REQUESTS_PER_SECOND": given("STRIPE_REQUESTS_PER_SECOND", "15" if outside.given_stripe else "500"),
        "KSEFKIT_STATIC_FROM_SOURCE": "1",
        "ACCOUNT_EMAIL_VERIFICATION": given("ACCOUNT_EMAIL_VERIFICATION", "none"),
        "MFA_REQUIRED": given("MFA_REQUIRED", "0"),
        "PYTHONUNBUFFERED": "1",
        **outside.registers,
    }
    if outside.registers:
        # Nobody's registers are bothered: the simulated ones answer for the demo company and its buyers.
        service.setdefault("REGISTERS_IN_TEST_MODE", "1")
    for name in ("DATABASE_OWNER_URL", *SETTINGS_OF_THE_DEMO):
        service.pop(name, None)
    return service


def _demo_settings(keys: dict[str, str], outside: "Outside") -> dict[str, str]:
    return {
        MARK: str(LOCAL),
        "LOG_LEVEL": "CRITICAL",  # its terminal is for people; what goes wrong it says itself
        "KSEF_LOCAL_NIP": outside.nip,
        "KSEF_LOCAL_TOKEN": outside.ksef_token,
        "STRIPE_LOCAL_KEY": outside.stripe_key,
        "DEMO_PASSWORD": keys["demo_password"],
        "DEMO_KSEF_CONTROL": outside.ksef_control,
        "DEMO_STRIPE_CONTROL": outside.stripe_control,
        "DEMO_HAS": "nbp_rates" if outside.registers else "",
    }


@dataclass(frozen=True)
class Outside:
    """The two services that KSeF Kit talks to: simulators of ours, or what the person named."""

    ksef_url: str
    ksef_token: str
    nip: str
    ksef_control: str
    stripe_url: str
    stripe_key: str
    stripe_control: str
    registers: dict[str, str]  # the addresses of the simulated ones; empty when the real ones are asked
    simulators: list[Part]

    @property
    def latarnia_url(self) -> str:
        return f"{self.ksef_control}/latarnia" if self.ksef_control else os.environ.get("KSEF_LOCAL_LATARNIA_URL", "")

    @property
    def given_stripe(self) -> bool:
        return not self.stripe_control


def _outside(keys: dict[str, str], ports: dict[str, int]) -> Outside:
    simulators: list[Part] = []
    ksef_url, nip, token = (os.environ.get(f"KSEF_LOCAL_{name}", "") for name in ("URL", "NIP", "TOKEN"))
    ksef_control = stripe_control = ""
    if ksef_url and not (nip and token):
        raise Failure("KSEF_LOCAL_URL needs KSEF_LOCAL_TOKEN and KSEF_LOCAL_NIP: whose documents are filed there?")
    registers = {} if _registers_given() else _registers(simulators, ports)
    if ksef_url:
        ksef_url = ksef_address(ksef_url)
    else:
        nip, token = DEMO_NIP, keys["ksef_token"]
        port = ports["ksef-simulator"] = keep_or_choose(ports.get("ksef-simulator"))
        simulators.append(_simulator("ksef-simulator", port, ["--token", f"{nip}={token}"]))
        ksef_control = f"http://{HOST}:{port}"
        ksef_url = f"{ksef_control}/v2"
    stripe_url, stripe_key = (os.environ.get(f"STRIPE_LOCAL_{name}", "") for name in ("URL", "KEY"))
    if stripe_url and not stripe_key:
        raise Failure("STRIPE_LOCAL_URL needs STRIPE_LOCAL_KEY, a key that this Stripe API accepts.")
    if stripe_url:
        stripe_url = stripe_address(stripe_url)
    else:
        stripe_key = keys["stripe_key"]
        port = ports["stripe-simulator"] = keep_or_choose(ports.get("stripe-simulator"))
        simulators.append(_simulator("stripe-simulator", port, ["--key", stripe_key]))
        stripe_url = stripe_control = f"http://{HOST}:{port}"
    return Outside(ksef_url, token, nip, ksef_control, stripe_url, stripe_key, stripe_control, registers, simulators)


def _registers_given() -> bool:
    return any(os.environ.get(name) for name in REGISTERS)


def _registers(simulators: list[Part], ports: dict[str, int]) -> dict[str, str]:
    """Rates and registers that need no internet; made up, so never for a document that counts."""
    port = ports["registers-simulator"] = keep_or_choose(ports.get("registers-simulator"))
    argv = [sys.executable, "-m", "apps.registers_simulator", "--port", str(port)]
    simulators.append(_part("registers-simulator", argv, clean_environment(), layer=OUTSIDE))
    return {name: f"http://{HOST}:{port}/{path}" for name, path in REGISTERS.items()}


def _simulator(name: str, port: int, options: list[str]) -> Part:
    module = f"apps.{name.replace('-', '_')}"
    argv = [sys.executable, "-m", module, "--port", str(port), "--state", str(LOCAL / f"{name}.state"), *options]
    environment = clean_environment() | {"PYTHONUNBUFFERED": "1"}
    return _part(name, argv, environment, layer=OUTSIDE)


def service_parts(environment: dict[str, str], door: socket.socket) -> list[Part]:
    """The web, the worker and the clock, with the same commands as in production but for the numbers."""
    celery = [sys.executable, "-m", "celery", "-A", "ksefkit"]
    quiet = ["--without-gossip", "--without-mingle"]
    clock = RUN / "beat-schedule"
    web = [sys.executable, "-m", "gunicorn", "ksefkit.wsgi", "--bind", f"fd://{door.fileno()}", "--workers", "2"]
    web += ["--threads", "4", "--no-control-socket", "--graceful-timeout", "5"]
    return [
        _part("web", web, environment, door=door),
        _part(
            "worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", *quiet], environment, patience=20
        ),
        _part("beat", [*celery, "beat", "--schedule", str(clock), "--pidfile", "", "--loglevel", "INFO"], environment),
    ]


def _part(
    name: str,
    argv: list[str],
    environment: dict[str, str],
    *,
    layer: int = SERVICE,
    patience: float = 10.0,
    door: socket.socket | None = None,
) -> Part:
    log = LOGS / f"{name}.log"

    def start() -> subprocess.Popen[bytes]:
        return spawn(name, argv, env=environment, log=log, keep=[door.fileno()] if door else [])

    return Part(name, start, layer=layer, patience=patience)
