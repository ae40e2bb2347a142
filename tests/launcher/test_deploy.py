"""What stands in files that nothing runs here: that they speak of the settings which the code reads."""

import re
from pathlib import Path

import pytest
import yaml

from launcher.checks import _without_settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "".join((ROOT / "ksefkit" / name).read_text() for name in ("settings.py", "environment.py"))
READ = set(re.findall(r'\b(?:text|boolean|integer|listed|day|database)\(\s*"([A-Z][A-Z_]+)"', SETTINGS))
READ |= set(re.findall(r'environ(?:\.get\(|\[)"([A-Z][A-Z_]+)"', SETTINGS)) | {"DATABASE_URL"}
# Not for a production server, or set by the compose file itself.
NOT_IN_COMPOSE = {"KSEFKIT_DEBUG", "KSEFKIT_STATIC_FROM_SOURCE", "KSEFKIT_AS_OWNER", "DATABASE_OWNER_URL"}

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()


def test_every_setting_that_is_read_is_explained():
    explained = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE)) | {"KSEFKIT_AS_OWNER"}

    assert READ - explained == set()


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_every_setting_reaches_the_services(service):
    given = set(COMPOSE["services"][service]["environment"])

    assert READ - given - NOT_IN_COMPOSE == set()


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_the_owner_of_the_tables_is_not_known_to_what_faces_the_world(service):
    assert not {"DATABASE_OWNER_URL", "KSEFKIT_AS_OWNER"} & set(COMPOSE["services"][service]["environment"])


def test_every_variable_of_the_compose_file_is_in_the_example():
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    simulators = {name for name in used if name.startswith("SIMULATOR_")}

    assert {name for name in used - simulators if not re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)} == set()


def test_the_compose_file_makes_the_roles_with_the_same_file_as_the_launcher():
    postgres = COMPOSE["services"]["postgres"]

    [mount] = [volume for volume in postgres["volumes"] if "initdb.d" in volume]
    source = mount.split(":")[0]
    asked = set(re.findall(r"\\getenv \w+ (\w+)", (ROOT / source).read_text()))
    assert asked
    assert asked <= set(postgres["environment"])


def test_everything_the_image_copies_exists_and_is_sent_to_the_builder():
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert {name for name in names if not (ROOT / name).exists()} == set()
    assert names == sent


def test_no_simulator_ships():
    removed = set(
        re.findall(r"apps/\w+_simulator", (ROOT / "Dockerfile").read_text().partition("FROM base AS service")[2])
    )

    assert removed == {f"apps/{folder.name}" for folder in (ROOT / "apps").glob("*_simulator")}


def test_a_persons_own_settings_do_not_change_what_tests_see():
    kept = _without_settings({"KSEF_LOCAL_URL": "http://x", "PUBLIC_URL": "http://y", "PATH": "/bin"})

    assert kept == {"PATH": "/bin"}
