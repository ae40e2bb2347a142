"""manage.py fa3_preview: one JSON object, without settings, database or network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "data" / "cases"


def preview(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command as a person runs it, with nothing configured."""
    bare = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START")
    }
    command = [sys.executable, str(ROOT / "manage.py"), "fa3_preview", *arguments]
    return subprocess.run(command, input=given, capture_output=True, env=bare, cwd=ROOT, check=False)


def test_a_case_from_a_file_is_one_json_object() -> None:
    done = preview(str(CASES / "case-17.json"))

    assert (done.returncode, done.stderr) == (0, b"")
    result = json.loads(done.stdout)
    assert (result["verdict"], result["reasons"], result["warnings"]) == ("file", [], [])
    assert "<RodzajFaktury>KOR</RodzajFaktury>" in result["xml"]


def test_a_case_from_standard_input_in_polish() -> None:
    done = preview("-", "--language", "pl", given=(CASES / "case-16.json").read_bytes())

    assert done.returncode == 0
    assert json.loads(done.stdout)["reasons"][0]["message"].startswith("NIP nabywcy")


@pytest.mark.parametrize("given", [b"", b"{}", b"[1]", b'{"stripe": NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_case_ends_with_2_and_one_line(given: bytes) -> None:
    done = preview("-", given=given)

    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


@pytest.mark.parametrize("name", ["no/such/file.json", "."])
def test_a_file_that_cannot_be_read_ends_with_2_and_one_line(name: str) -> None:
    done = preview(name)

    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert name.encode() in done.stderr


def test_it_is_an_ordinary_command_of_the_project_too(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("fa3_preview", str(CASES / "case-08.json"))

    assert json.loads(capsys.readouterr().out)["reasons"][0]["code"] == "B2C"


@pytest.mark.parametrize("name", ["no/such/file.json", str(CASES / "README.md")])
def test_inside_the_project_it_ends_with_2_as_well(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        call_command("fa3_preview", name)

    assert capsys.readouterr().err.count("\n") == 1
