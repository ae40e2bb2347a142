"""PgBouncer is installed in CI only, and its absence is said."""

import pytest

from launcher import pgbouncer


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(pgbouncer, "find_pgbouncer", lambda: None)
    monkeypatch.setattr(pgbouncer, "may_install", lambda: True)
    monkeypatch.setattr(pgbouncer, "install", lambda package, purpose: asked.append(package))
    return asked


@pytest.mark.parametrize(("ci", "packages"), [("true", ["pgbouncer"]), ("", [])])
def test_it_is_installed_in_ci_only_and_its_absence_is_said(
    installed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    packages: list[str],
) -> None:
    monkeypatch.setenv("CI", ci)

    pgbouncer.ensure_pgbouncer()

    assert installed == packages
    assert "tests of the transaction pooler are skipped" in capsys.readouterr().out
