"""Document forms a session may be opened for, and the schema each is checked with."""

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


class _BesideIt(etree.Resolver):
    """The schemas import one another by web address; the files lie beside the first one."""

    def resolve(self, system_url: str, public_id: str, context: object) -> Any:  # type: ignore[override]  # noqa: ARG002
        # lxml passes the context as a third argument, which its stubs leave out.
        beside = SCHEMAS / "fa3" / system_url.rsplit("/", 1)[-1]
        if not beside.is_file():
            raise FileNotFoundError(f"no local copy of {system_url}")
        return self.resolve_filename(str(beside), context)  # type: ignore[attr-defined]  # missing in the stubs


def complaints(schema: etree.XMLSchema) -> list[tuple[int, str]]:
    """Line and message of everything the last validation found, each once."""
    entries = cast("Iterable[Any]", schema.error_log)
    return list(dict.fromkeys((int(entry.line), str(entry.message)) for entry in entries))


_compiled = threading.local()
# Two threads that compile at once spoil libxml2's shared table of built-in types.
_compiling = threading.Lock()


def schema_of(form: Form) -> etree.XMLSchema:
    """The compiled schema; one per thread, because lxml keeps the last errors on the schema itself."""
    schemas: dict[str, etree.XMLSchema] = _compiled.__dict__.setdefault("schemas", {})
    if form.system_code not in schemas:
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(_BesideIt())
        with _compiling:
            schemas[form.system_code] = etree.XMLSchema(etree.parse(str(form.schema), parser))
    return schemas[form.system_code]
