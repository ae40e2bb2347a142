"""How PostgreSQL's programs run when we are root, which they refuse to serve as.

Not root: as they are. Root: in a user namespace of their own, where root looks like nobody and files stay root's.
Root in a container that allows no namespaces: really as nobody, with a data folder that nobody owns and can reach.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .places import private_folder

NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
SHARED = Path("/var/tmp")  # noqa: S108 - what we find there must belong to root or nobody


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A prefix for the command, or another user to become; neither when we are an ordinary user."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None


def server_user() -> ServerUser:
    if os.geteuid() != 0:
        return ServerUser()
    if _namespaces_work():
        return ServerUser(prefix=NAMESPACE)
    nobody = pwd.getpwnam("nobody")
    return ServerUser(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _namespaces_work() -> bool:
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False, timeout=10).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def reachable_folder(wanted: Path, user: ServerUser) -> Path:
    """Make the data folder where this server user can reach it, and make it theirs."""
    if user.uid is None:
        folder = private_folder(wanted)
        owner = os.geteuid()
    else:
        folder = wanted if others_may_enter(wanted.parent) else _shared_name("data", wanted)
        folder.mkdir(parents=True, exist_ok=True)
        owner = user.uid
    if folder.stat().st_uid != owner:
        _give(folder, owner, user.gid if user.gid is not None else os.getegid())
    folder.chmod(0o700)
    return folder


def reachable_programs(install: Path, user: ServerUser) -> Path:
    """The folder of the server's programs, copied out when it lies where this server user cannot enter."""
    if user.uid is None or others_may_enter(install):
        return install
    built = (install / "bin" / "postgres").stat().st_mtime_ns
    copy = _shared_name("programs", install / str(built))  # another version is another copy
    if not copy.exists():
        fresh = copy.with_name(f"{copy.name}-{os.getpid()}")
        package = install.parent
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, fresh / folder.name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / install.parent.name / install.name


def others_may_enter(folder: Path) -> bool:
    """Whether every folder on the way can be entered by anyone."""
    existing = next(place for place in [folder, *folder.parents] if place.exists()).resolve()
    return all(place.stat().st_mode & 0o001 for place in [existing, *existing.parents])


def _shared_name(kind: str, wanted: Path) -> Path:
    folder = SHARED / f"ksefkit-{kind}-{hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]}"
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid not in {0, pwd.getpwnam("nobody").pw_uid}):
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def _give(folder: Path, uid: int, gid: int) -> None:
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            os.chown(Path(place) / name, uid, gid, follow_symlinks=False)
    os.chown(folder, uid, gid)
