"""The process refuses to work through a role that could look over the walls."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import django; django.setup()
from django.db import connection
connection.ensure_connection()
print("connected")
"""


def run_as(url: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ksefkit.settings"}
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("variable", "fault"), [("TEST_DATABASE_ADMIN_URL", "is a superuser"), ("DATABASE_OWNER_URL", "owns tables")]
)
def test_a_role_that_could_look_over_the_walls_is_refused(variable: str, fault: str) -> None:
    outcome = run_as(os.environ[variable])

    assert outcome.returncode != 0
    assert fault in outcome.stderr


@pytest.mark.django_db
def test_the_application_role_is_let_in() -> None:
    assert run_as(os.environ["DATABASE_URL"]).stdout == "connected\n"
