"""Are these bytes a file KSeF would take? The rules on files, safe parsing, and the XSD."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from lxml import etree

from apps.fa3.problem import Problem
from apps.fa3.schema_messages import explain, file_problem
from apps.fa3.text import find_refused
from apps.fa3.xml_cursor import path_of

MAX_BYTES = 1_000_000  # plain XML without attachment (ksef-api 8)

_FILES = Path(__file__).resolve().parents[2] / "schemas"
_BOM = b"\xef\xbb\xbf"
_WEB_FOLDER = re.compile(rb'(schemaLocation=")https?://[^"]*/')
_DECLARED_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
# First bytes of every character that could be refused. Most documents hold none, so the exact look is seldom needed.
_SUSPECTS = bytes((*range(9), 11, 12, *range(14, 32), 0x7F, 0xC2, 0xEF, *range(0xF0, 0xF5)))


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """One version of the structured invoice: how a file names it, and its schema."""

    namespace: str
    system_code: str  # kodSystemowy
    version: str  # wersjaSchemy
    variant: str  # WariantFormularza
    schema_file: Path  # the files it imports lie beside it


FA3 = SchemaVersion(
    namespace="http://crd.gov.pl/wzor/2025/06/25/13775/",
    system_code="FA (3)",
    version="1-0E",
    variant="3",
    schema_file=_FILES / "fa3" / "schemat_FA(3)_v1-0E.xsd",
)


class Unreadable(ValueError):
    """The bytes are no document of this schema; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.path or 'file'}: {problem.en}" for problem in problems))
        self.problems = problems


def validate_xml(data: bytes, *, schema: SchemaVersion = FA3) -> list[Problem]:
    """Everything for which KSeF would refuse these bytes before it looks at rights and duplicates."""
    try:
        read_tree(data, schema=schema)
    except Unreadable as error:
        return error.problems
    return []


def read_tree(data: bytes, *, schema: SchemaVersion = FA3) -> etree._Element:
    """The root of a valid document; Unreadable with all problems otherwise."""
    if problems := _problems_of_file(data):
        raise Unreadable(problems)
    with _one_at_a_time:
        checker = _checker_for(schema)
        try:
            root = checker.parse(data)
        except etree.XMLSyntaxError as error:
            raise Unreadable([file_problem("FILE_NOT_XML", str(error))]) from error
        problems = _problems_of_content(data, root) + checker.problems_of(root)
    if problems:
        raise Unreadable(problems)
    return root


def _problems_of_file(data: bytes) -> list[Problem]:
    if len(data) > MAX_BYTES:
        return [file_problem("FILE_TOO_LARGE", f"{len(data)} > {MAX_BYTES}")]
    if data.startswith(_BOM):
        return [file_problem("FILE_HAS_BOM")]
    if (declared := _DECLARED_ENCODING.match(data)) and declared[1].lower() != b"utf-8":
        return [file_problem("FILE_NOT_UTF8", declared[1].decode("ascii", "replace"))]
    # The API is silent on document types; they are the way entities and outside files come in.
    if b"<!DOCTYPE" in data:
        return [file_problem("FILE_HAS_DTD")]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [file_problem("FILE_NOT_UTF8", f"byte {error.start}")]
    is_suspect = len(data.translate(None, _SUSPECTS)) != len(data)
    return _refused(text) if is_suspect else []


def _problems_of_content(data: bytes, root: etree._Element) -> list[Problem]:
    """What only the parsed document tells for sure."""
    problems: list[Problem] = []
    if data.count(b"<?") > data.startswith(b"<?xml") and _has_instruction(root):
        problems.append(file_problem("FILE_HAS_PI"))
    if b"&#" in data:
        for element in root.iter("*"):
            problems += _refused(
                "".join((element.text or "", element.tail or "", *map(str, element.values()))), path_of(element)
            )
    return problems


def _has_instruction(root: etree._Element) -> bool:
    nodes = chain(root.itersiblings(preceding=True), root.itersiblings(), root.iter())
    return any(isinstance(node, etree._ProcessingInstruction) for node in nodes)


def _refused(text: str, path: str = "") -> list[Problem]:
    found = find_refused(text)
    return [file_problem("FILE_FORBIDDEN_CHARACTER", f"U+{ord(found):04X}", path)] if found else []


class _Checker:
    """Parser and compiled schema of one version.

    One thread at a time: lxml keeps the findings of a validation in the compiled schema.
    """

    def __init__(self, version: SchemaVersion) -> None:
        self._schema = _compiled(version.schema_file)
        self._parser = _safe_parser()

    def parse(self, data: bytes) -> etree._Element:
        return etree.fromstring(data, self._parser)

    def problems_of(self, root: etree._Element) -> list[Problem]:
        if self._schema.validate(root):
            return []
        return [explain(entry, root) for entry in cast("Iterable[Any]", self._schema.error_log)]


def _compiled(schema_file: Path) -> etree.XMLSchema:
    """The schema, read from copies that import one another by file name.

    The published files import each other by web address. A resolver could lead those to the files beside, but lxml
    hooks resolvers in for the whole process, and whatever another thread parses meanwhile unhooks them: the compiled
    schema would lack its imports.
    """
    with TemporaryDirectory(prefix="schema-") as folder:
        for file in schema_file.parent.glob("*.xsd"):
            (Path(folder) / file.name).write_bytes(_WEB_FOLDER.sub(rb"\1", file.read_bytes()))
        return etree.XMLSchema(file=str(Path(folder) / schema_file.name))


def _safe_parser() -> etree.XMLParser:
    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)


_checkers: dict[SchemaVersion, _Checker] = {}
_one_at_a_time = threading.Lock()


def _checker_for(version: SchemaVersion) -> _Checker:
    if version not in _checkers:
        _checkers[version] = _Checker(version)
    return _checkers[version]
