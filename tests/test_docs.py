"""What the README and docs/ name exists: links, headings, files, commands, settings."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:md|sql|toml|yml|lock)")
SETTING = re.compile(r"(?:^|[\s`])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?==|`|$|\s)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
TARGET = re.compile(r"^(?:.*\s)?make ([a-z]+)(?:\s|$)")
MODULE = re.compile(r"python3? -m ((?:apps|bench|tests|launcher|tools|chaos)[\w.]*)")
# Where a name in a document may begin: docs speak of rooms without apps/ and of a room's files without the room.
BEGINNINGS = [ROOT, ROOT / "apps", ROOT / "docs", *(folder for folder in (ROOT / "apps").iterdir() if folder.is_dir())]


def per_document(found: Iterator[tuple[Path, str]]) -> list[object]:
    return [pytest.param(document, text, id=f"{document.name}: {text}") for document, text in sorted(set(found))]


def links() -> Iterator[tuple[Path, str]]:
    for document in DOCUMENTS:
        for link in LINK.findall(FENCED.sub("", document.read_text())):
            if not link.startswith(("http://", "https://", "mailto:")):
                yield document, link


def code() -> Iterator[tuple[Path, str]]:
    """Every piece of code in a sentence, and every line of a block."""
    for document in DOCUMENTS:
        text = document.read_text()
        for block in FENCED.findall(text):
            yield from ((document, line) for line in block.splitlines()[1:-1])
        yield from ((document, piece) for piece in CODE.findall(FENCED.sub("", text)))


def named(pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    return ((document, name) for document, piece in code() for name in pattern.findall(piece))


def anchors(document: Path) -> set[str]:
    """The addresses of a document's headings, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("document", "link"), per_document(links()))
def test_a_link_leads_to_a_file_and_a_heading(document: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document

    assert target.exists()
    assert not anchor or anchor in anchors(target)


@pytest.mark.parametrize(
    ("document", "path"), per_document((where, piece) for where, piece in code() if PATH.fullmatch(piece))
)
def test_a_file_that_is_named_exists(document: Path, path: str) -> None:
    if not re.search(r"\.(?:py|md|sql|json|toml|yml|lock|html|xsd|xml|po)$", path) and not path.startswith(
        ("apps/", "tests/", "docs/", "schemas/", "deploy/")
    ):
        return  # an address of an API, a currency pair, a media type

    assert any((beginning / path).exists() for beginning in BEGINNINGS)


@lru_cache(maxsize=1)
def words_of_the_sources() -> frozenset[str]:
    rooms = ("ksefkit", "apps", "launcher", "bench", "tests")
    sources = [path for room in rooms for path in (ROOT / room).rglob("*.py") if path != Path(__file__)]
    texts = (source.read_text() for source in [ROOT / ".env.example", *sources])
    return frozenset(word for text in texts for word in re.findall(r"\b[A-Z][A-Z0-9_]+\b", text))


@pytest.mark.parametrize(("document", "setting"), per_document(named(SETTING)))
def test_a_setting_or_a_code_that_is_named_stands_in_the_sources(document: Path, setting: str) -> None:
    assert setting in words_of_the_sources()


@pytest.mark.parametrize(("document", "command"), per_document(named(COMMAND)))
def test_a_command_of_manage_py_exists(document: Path, command: str) -> None:
    assert command in get_commands()


def test_every_command_of_ours_stands_where_an_operator_looks() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith("apps.")}
    table = (ROOT / "docs" / "self-hosting.md").read_text().partition("## 8. Commands")[2]

    assert {name for name in ours if f"`{name}" not in table} == set()


@pytest.mark.parametrize(("document", "target"), per_document(named(TARGET)))
def test_a_target_of_make_exists(document: Path, target: str) -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony

    assert target in phony[1].split()


@pytest.mark.parametrize(("document", "module"), per_document(named(MODULE)))
def test_a_module_that_is_run_exists(document: Path, module: str) -> None:
    place = ROOT.joinpath(*module.removesuffix(".NAME").split("."))

    assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = {ROOT / "README.md"}, [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        for link in LINK.findall(document.read_text()):
            target = (document.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in reached:
                reached.add(target)
                waiting.append(target)

    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {path.name for path in reached} == set()


def section(document: Path, heading: str) -> str:
    return document.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_figures_of_the_readme_are_those_that_were_measured() -> None:
    rows = [line.split("|") for line in section(ROOT / "README.md", "Figures").splitlines() if line.startswith("| ")]
    told = [row[2] for row in rows[2:]]
    measured = section(ROOT / "docs" / "filing.md", "Figures") + (ROOT / "docs" / "figures.md").read_text()
    durations = [float(seconds) for seconds in re.findall(r"([\d.]+)(?=,? (?:s\b|[\d.]+))", measured)]

    assert len(told) >= 7
    for cell in told:
        for minutes, seconds in re.findall(r"(?:(\d+) min )?([\d.]+) s", cell):
            wanted = 60 * int(minutes or 0) + float(seconds)
            assert any(abs(wanted - found) <= wanted / 40 for found in durations), cell
        for number in re.findall(r"\d \d{3}", cell):
            assert number in measured, cell
