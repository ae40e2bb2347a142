"""Static checks of our code, and known weaknesses of what we depend on, without a network."""

import json
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = ROOT / "security" / "advisories.json"


def locked() -> dict[str, str]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {package["name"]: package["version"] for package in packages if "version" in package}


def hits(advisories: list[dict[str, str]], versions: dict[str, str]) -> list[str]:
    """Every advisory whose affected range holds the version that is locked."""
    return [
        f"{item['package']} {versions[item['package']]}: {item['id']} {item['summary']}"
        for item in advisories
        if item["package"] in versions and Version(versions[item["package"]]) in SpecifierSet(item["affected"])
    ]


def test_bandit_finds_nothing() -> None:
    """B608 is ruff's S608, which is on and asks for a reason at each of the few places."""
    options = ["-q", "-r", "apps", "ksefkit", "-c", "pyproject.toml", "-f", "json", "-ll", "-s", "B608"]
    told = subprocess.run(
        [sys.executable, "-m", "bandit", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = json.loads(told.stdout)

    assert found["metrics"]["_totals"]["loc"] > 5_000
    assert [f"{item['filename']}:{item['line_number']} {item['test_id']}" for item in found["results"]] == []


def test_no_locked_package_has_an_advisory_of_the_snapshot() -> None:
    snapshot = json.loads(SNAPSHOT.read_text())
    versions = locked()

    assert date.fromisoformat(snapshot["taken_on"]) <= datetime.now(UTC).date()
    assert snapshot["advisories"]
    assert set(snapshot["covers"]) <= set(versions), "the snapshot speaks of packages that are locked"
    assert hits(snapshot["advisories"], versions) == []


def test_the_audit_sees_an_affected_version() -> None:
    snapshot = json.loads(SNAPSHOT.read_text())

    for item in snapshot["advisories"]:
        affected = SpecifierSet(item["affected"])
        assert Version(item["example"]) in affected, item["id"]
        assert hits([item], {item["package"]: item["example"]})


def test_the_snapshot_says_what_it_does_not_cover() -> None:
    """A new dependency must be looked up, or be named as one that was not."""
    snapshot = json.loads(SNAPSHOT.read_text())

    assert snapshot["source"]
    assert [item["id"] for item in snapshot["advisories"] if not item["seen_at"].startswith("https://")] == []
    assert {item["package"] for item in snapshot["advisories"]} == set(snapshot["covers"])
    assert sorted([*snapshot["covers"], *snapshot["not_looked_up"]]) == sorted(locked())
