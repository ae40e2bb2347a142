"""What the compose file gives the containers, besides what tests/launcher/test_deploy.py reads."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("web", "worker", "beat", "migrate")


@pytest.mark.parametrize("name", OURS)
def test_the_file_of_breached_passwords_is_seen_by_every_container_and_cannot_be_changed(name: str) -> None:
    found = re.search(r"^#?BREACHED_PASSWORDS_FILE=(\S+)", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert found

    mounts = [volume.rsplit(":", 2) for volume in COMPOSE["services"][name]["volumes"]]

    assert [mode for _, place, mode in mounts if Path(found[1]).is_relative_to(place)] == ["ro"]


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_can_change_nothing_but_its_temporary_files(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(volume.endswith(":ro") for volume in service["volumes"])
