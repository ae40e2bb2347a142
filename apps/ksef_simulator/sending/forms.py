"""Document forms a session may be opened for, and the schema each is checked with."""

import re
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lxml import etree

SCHEMAS = Path(__file__).parents[3] / "schemas"


@dataclass(frozen=True, slots=True)
class Form:
    system_code: str
    version: str
    value: str
    namespace: str
    schema: Path

    def as_json(self) -> dict[str, str]:
        return {"systemCode": self.system_code, "schemaVersion": self.version, "value": self.value}


FA3 = Form(
    "FA (3)",
    "1-0E",
    "FA",
    "http://crd.gov.pl/wzor/2025/06/25/13775/",
    SCHEMAS / "fa3" / "schemat_FA(3)_v1-0E.xsd",
)
# The API also takes FA (2), PEF (3), PEF_KOR (3) and FA_RR (1); without their schemas nothing could be checked.
FORMS = (FA3,)


def form_of(code: dict[str, str]) -> Form | None:
    wanted = (code["systemCode"], code["schemaVersion"], code["value"])
    return next((form for form in FORMS if (form.system_code, form.version, form.value) == wanted), None)


def form_named(system_code: str) -> Form:
    return next(form for form in FORMS if form.system_code == system_code)


def complaints(schema: etree.XMLSchema) -> list[tuple[int, str]]:
    """Line and message of everything the last validation found, each once."""
    entries = cast("Iterable[Any]", schema.error_log)
    return list(dict.fromkeys((int(entry.line), str(entry.message)) for entry in entries))


_compiled = threading.local()
_ADDRESS = re.compile(r'schemaLocation="[^"]*/([^"/]+)"')


def schema_of(form: Form) -> etree.XMLSchema:
    """The compiled schema; one per thread, because lxml keeps the last errors on the schema itself."""
    schemas: dict[str, etree.XMLSchema] = _compiled.__dict__.setdefault("schemas", {})
    if form.system_code not in schemas:
        schemas[form.system_code] = _compile(form.schema)
    return schemas[form.system_code]


def _compile(schema: Path) -> etree.XMLSchema:
    # The schemas import one another by web address. They are compiled from copies that name the file beside them: a
    # resolver would not do, because lxml has one for all threads, and any parsing elsewhere takes it away halfway.
    with tempfile.TemporaryDirectory() as copies:
        for source in schema.parent.glob("*.xsd"):
            text = _ADDRESS.sub(r'schemaLocation="\1"', source.read_text("utf-8"))
            Path(copies, source.name).write_text(text, "utf-8")
        return etree.XMLSchema(file=str(Path(copies, schema.name)))
