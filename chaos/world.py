"""The whole service as real processes that may be killed, with simulators that may not."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench.companies import token_of
from bench.stage import ROOT, KsefSimulator, Process, prepare_django
from chaos.stripe_door import StripeDoor
from launcher.keys import kept_keys
from launcher.places import private_folder
from launcher.ports import free_port
from launcher.postgres import Postgres
from launcher.services import environment
from launcher.valkey import Valkey

AnyProcess = TypeVar("AnyProcess", bound=Process)
NIPS = ("5265877635", "5252344078", "5260309174")


@dataclass
class Account:
    """One tenant: its NIP, its Stripe account, and how its document numbers begin."""

    nip: str
    key: str
    prefix: str
    port: int
    tenant_id: Any = None
    process: Process | None = None

    def control(self, method: str, command: str, body: Mapping[str, Any] | None = None) -> Any:
        return _call(method, f"http://127.0.0.1:{self.port}/control/{command}", body)

    def documents(self) -> list[str]:
        """The numbers of everything Stripe has issued."""
        numbers: list[str] = []
        for kind in ("invoices", "credit_notes"):
            page: dict[str, Any] = {"has_more": True, "data": []}
            while page["has_more"]:
                after = f"&starting_after={page['data'][-1]['id']}" if page["data"] else ""
                page = _call("GET", f"http://127.0.0.1:{self.port}/v1/{kind}?limit=100{after}", None, bearer=self.key)
                numbers += [item["number"] for item in page["data"] if item["status"] != "draft"]
        return numbers


@dataclass
class World:
    """Servers, service, simulators and tenants of one run."""

    folder: Path
    variables: dict[str, str]
    postgres: Postgres
    valkey: Valkey
    ksef: KsefSimulator
    accounts: list[Account]
    service: dict[str, Process] = field(default_factory=dict)
    servers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ended_alone: Counter[str] = field(default_factory=Counter)  # parts of the service that nobody had killed

    def revive(self) -> None:
        """Start again what ended by itself, as `make run` and the containers' restart policy do; it is counted."""
        for name, process in self.service.items():
            if process.popen is not None and process.popen.poll() is not None:
                self.ended_alone[name] += 1
                process.start()

    def kill_server(self, name: str, *, down: float = 0.0) -> None:
        """kill -9 to PostgreSQL or Valkey, and start it again, after a while, on what it left on disk."""
        process = self.servers[name]
        process.kill()
        process.wait()
        time.sleep(down)
        if name == "postgres":
            self.postgres.clear_the_way()
            self.servers[name] = self.postgres.start()
            self.postgres.wait_until_ready(self.servers[name])
        else:
            self.servers[name] = self.valkey.start()
            self.valkey.wait_until_ready(self.servers[name])

    def flush(self) -> None:
        """Empty the broker."""
        import redis

        redis.Redis.from_url(self.variables["REDIS_URL"]).flushall()


@contextmanager
def world(folder: Path, *, ksef_options: tuple[str, ...]) -> Iterator[World]:
    """Start everything; on the way out end everything, what was started last first."""
    private_folder(folder)
    keys = kept_keys(folder / "keys.json")
    postgres = Postgres(folder / "postgres", free_port(), keys["postgres"], folder / "postgres.log")
    valkey = Valkey(folder / "valkey", free_port(), keys["valkey"], folder / "valkey.log")
    servers: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as ending:
        ending.callback(_end_servers, servers)
        postgres.initialise()
        servers |= {"postgres": postgres.start(), "valkey": valkey.start()}
        postgres.wait_until_ready(servers["postgres"])
        valkey.wait_until_ready(servers["valkey"])
        ksef = _started(KsefSimulator(*ksef_options, *_tokens()), ending)
        accounts = [Account(nip, f"sk_test_chaos{place}", f"T{place}", free_port()) for place, nip in enumerate(NIPS)]
        for account in accounts:
            _start_stripe(account, ending)
        door = StripeDoor({account.key: account.port for account in accounts})
        ending.callback(door.close)
        web_port = free_port()
        variables = environment(postgres, valkey, keys) | _settings(ksef, door, web_port)
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
        subprocess.run(migrate, env=os.environ | variables | {"KSEFKIT_AS_OWNER": "1"}, cwd=ROOT, check=True)  # noqa: S603 our own command
        made = World(folder, variables, postgres, valkey, ksef, accounts, servers=servers)
        made.service = _service(os.environ | variables, web_port, folder)
        for process in made.service.values():
            _started(process, ending)
        _wait_for(f"http://127.0.0.1:{web_port}/")
        prepare_django(variables)
        for account in accounts:
            _connect(account)
        yield made


def _started(process: AnyProcess, ending: ExitStack) -> AnyProcess:
    ending.callback(process.stop)
    process.start()
    return process


def _end_servers(servers: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for server in servers.values():
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()


def _settings(ksef: KsefSimulator, door: StripeDoor, web_port: int) -> dict[str, str]:
    return {
        "KSEF_LOCAL_URL": ksef.url,
        "STRIPE_API_BASE": door.url,
        "PUBLIC_URL": f"http://127.0.0.1:{web_port}",
        "KSEFKIT_STATIC_FROM_SOURCE": "1",
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "DJANGO_SETTINGS_MODULE": "ksefkit.settings",
    }


def _tokens() -> list[str]:
    return [word for nip in NIPS for word in ("--token", f"{nip}={token_of(nip)}")]


def _start_stripe(account: Account, ending: ExitStack) -> None:
    argv = [sys.executable, "-m", "apps.stripe_simulator", "--port", str(account.port), "--key", account.key]
    argv += ["--account-id", f"acct_{account.prefix}", "--invoice-prefix", account.prefix]
    # Stripe tries again for three days; here the days are seconds.
    argv += ["--retry-base", "0.5", "--retry-cap", "4", "--retry-limit", "10000", "--timeout", "5"]
    account.process = _started(Process(f"stripe-{account.prefix}", argv, os.environ), ending)
    _wait_for(f"http://127.0.0.1:{account.port}/")


def _service(variables: Mapping[str, str], web_port: int, folder: Path) -> dict[str, Process]:
    celery = [sys.executable, "-m", "celery", "-A", "ksefkit"]
    web = [sys.executable, "-m", "gunicorn", "ksefkit.wsgi", "--bind", f"127.0.0.1:{web_port}", "--workers", "1"]
    return {
        "web": Process("web", [*web, "--threads", "4", "--no-control-socket"], variables),
        "worker": Process(
            "worker",
            [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
            variables,
        ),
        "beat": Process(
            "beat",
            [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile", "", "--loglevel", "WARNING"],
            variables,
        ),
    }


def _connect(account: Account) -> None:
    """Found the company and connect it as its owner would."""
    from django.utils import timezone

    from apps.connections.check import check_connection
    from apps.connections.connect_ksef import KsefAccess, connect_ksef
    from apps.connections.models import KsefConnection
    from apps.connections.stripe import connect_stripe
    from apps.tenants.context import acting_in
    from apps.tenants.found import CompanyDetails, found_company
    from apps.tenants.models import User

    owner = User.objects.create_user(f"{account.prefix}@example.pl", "correct horse battery staple")
    details = CompanyDetails(
        name=f"Firma {account.prefix}", nip=account.nip, address_l1="ul. Polna 1", address_l2="Łódź", email=""
    )
    tenant = found_company(details, owner=owner, at=timezone.now())
    account.tenant_id = tenant.id
    access = KsefAccess(environment=KsefConnection.Environment.LOCAL, token=token_of(account.nip))
    with acting_in(tenant.id):
        connection = connect_ksef(tenant, access, by=owner, at=timezone.now())
    finding = check_connection(connection, clock=timezone.now)
    if not finding.ok:
        raise SystemExit(f"KSeF let nobody in: {finding.detail}")
    connect_stripe(tenant, account.key, by=owner, at=timezone.now())


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 our own address
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} did not answer")


def _call(method: str, url: str, body: Mapping[str, Any] | None, *, bearer: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    data = json.dumps(body or {}).encode() if method != "GET" else None
    request = urllib.request.Request(url, method=method, data=data, headers=headers)  # noqa: S310 our own address
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 as above
        return json.loads(answer.read())
