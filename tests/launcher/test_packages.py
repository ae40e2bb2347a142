import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from launcher.checks import exported_requirements
from launcher.packages import BOOT, clean_environment, explain

ROOT = Path(__file__).resolve().parents[2]


def test_the_lock_names_only_the_public_index_and_its_files():
    addresses = re.findall(r'(?:registry|url) = "([^"]+)"', (ROOT / "uv.lock").read_text())

    hosts = {urlsplit(address).netloc for address in addresses}

    assert len(addresses) > 1000
    assert len(hosts) == 2
    assert all(re.fullmatch(r"(files\.)?(pypi|pythonhosted)\.org", host) for host in hosts)


def test_the_requirements_are_what_the_lock_gives_and_name_no_host():
    requirements = (ROOT / "requirements.txt").read_text()

    assert requirements == exported_requirements()
    assert "://" not in requirements


def test_every_package_of_the_boot_file_is_pinned_by_hash():
    first, *hashes = BOOT.read_text().replace("\\\n", " ").split()

    assert re.fullmatch(r"uv==[\d.]+", first)
    assert hashes
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in hashes)


def test_a_mirror_set_for_uv_or_pip_ways_of_finding_packages_do_not_reach_the_installation(monkeypatch):
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_PROJECT_ENVIRONMENT", "PYTHONPATH"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("UV_CACHE_DIR", "/some/cache")

    assert "elsewhere" not in clean_environment().values()
    assert clean_environment()["UV_CACHE_DIR"] == "/some/cache"


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: failed to write: No space left on device (os error 28)", "The disk is full"),
        (
            "NewConnectionError: Failed to establish a new connection: [Errno -2] Name or service not known",
            "cannot be reached",
        ),
        ("  Caused by: dns error: failed to lookup address information", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that was locked"),
        ("error: Permission denied (os error 13)", "belongs to another user"),
        (
            "The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
            "does not match pyproject.toml",
        ),
    ],
)
def test_a_known_cause_gets_one_line_that_says_what_to_do(output, advice):
    line = explain(output)

    assert line is not None
    assert advice in line
    assert "\n" not in line


def test_an_unknown_cause_is_not_explained_away():
    assert explain("error: something nobody has seen before") is None


def test_an_old_python_is_told_in_one_line():
    code = (
        "import runpy, sys; sys.version_info = (3, 10, 4, 'final', 0); sys.argv = ['launcher', 'run'];"
        "runpy.run_module('launcher', run_name='__main__')"
    )

    done = subprocess.run(
        ["python3", "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert re.fullmatch(r"ksefkit: Python 3\.11 or newer is needed; \S+ is 3\.10\.4\. Try: .*\n", done.stderr)


def test_a_command_that_does_not_exist_shows_those_that_do():
    done = subprocess.run(
        ["python3", "-m", "launcher", "fly"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "demo" in done.stderr
