"""Keeps the Polish texts complete: `python -m tools.translations` collects and compiles, `--check` only reports.

Every room has its own catalogue (apps/<room>/locale), the shared templates have the top-level one (locale). It needs no
gettext programs: templates are read through Django's templatize(), Python through Babel, catalogues through polib.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_from_file
from django.utils.translation import templatize

ROOT = Path(__file__).resolve().parent.parent
POLISH_PLURALS = (
    "nplurals=4; plural=(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : n!=1 && (n%10>=0 && n%10<=1) "
    "|| (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3);"
)
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
LITERAL = r"""(u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\({LITERAL}(?:,\s*{LITERAL})?")


@dataclass(frozen=True)
class Text:
    """A text to translate."""

    singular: str
    plural: str = ""
    context: str = ""


@dataclass
class Room:
    """One catalogue and the sources it serves."""

    folder: Path
    sources: list[Path] = field(default_factory=list)

    @property
    def catalogue(self) -> Path:
        return self.folder / "locale" / "pl" / "LC_MESSAGES" / "django.po"


def rooms() -> list[Room]:
    found = [Room(ROOT, [*(ROOT / "templates").rglob("*.html"), *(ROOT / "ksefkit").rglob("*.py")])]
    for app in sorted(path for path in (ROOT / "apps").iterdir() if path.is_dir()):
        python = [path for path in app.rglob("*.py") if "migrations" not in path.parts]
        found.append(Room(app, [*python, *app.rglob("*.html"), *app.rglob("*.txt")]))
    return found


def texts_of(source: Path) -> Iterator[Text]:
    if source.suffix == ".py":
        for _line, message, _comments, context in extract_from_file("python", source, keywords=KEYWORDS):
            singular, plural = message if isinstance(message, tuple) else (message, "")
            if singular:
                yield Text(singular, plural or "", context or "")
        return
    for name, first, second in CALL.findall(templatize(source.read_text(), origin=str(source))):
        one, other = ast.literal_eval(first), ast.literal_eval(second) if second else ""
        yield Text(other, "", one) if name == "pgettext" else Text(one, other)


def update(room: Room) -> list[str]:
    """Add new texts, drop those no longer used, compile; the texts that still lack Polish."""
    wanted = {text for source in room.sources for text in texts_of(source)}
    if not wanted and not room.catalogue.exists():
        return []
    catalogue = _opened(room)
    known = {Text(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry for entry in catalogue}
    for text in sorted(wanted - known.keys(), key=lambda text: text.singular):
        plural = {"msgid_plural": text.plural, "msgstr_plural": dict.fromkeys(range(4), "")} if text.plural else {}
        catalogue.append(polib.POEntry(msgid=text.singular, msgctxt=text.context or None, **plural))
    for text in known.keys() - wanted:
        catalogue.remove(known[text])
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    room.catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(room.catalogue))
    catalogue.save_as_mofile(str(room.catalogue.with_suffix(".mo")))
    return [f"{room.catalogue.relative_to(ROOT)}: {entry.msgid}" for entry in catalogue.untranslated_entries()]


def check(room: Room) -> list[str]:
    """What is wrong with a catalogue: texts missing, unused, untranslated, or not compiled."""
    wanted = {text for source in room.sources for text in texts_of(source)}
    if not room.catalogue.exists():
        return [f"{room.folder.name}: no Polish catalogue for {len(wanted)} texts"] if wanted else []
    catalogue = _opened(room)
    known = {Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "") for entry in catalogue}
    name = room.catalogue.relative_to(ROOT)
    problems = [f"{name}: not collected: {text.singular!r}" for text in wanted - known]
    problems += [f"{name}: no longer used: {text.singular!r}" for text in known - wanted]
    problems += [f"{name}: no Polish for {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
    problems += [f"{name}: placeholders differ in {entry.msgid!r}" for entry in catalogue if _differ(entry)]
    compiled = room.catalogue.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        problems.append(f"{name}: the compiled catalogue is stale; run python -m tools.translations")
    return sorted(problems)


def _opened(room: Room) -> polib.POFile:
    if room.catalogue.exists():
        return polib.pofile(str(room.catalogue), wrapwidth=120)
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Language": "pl",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": POLISH_PLURALS,
    }
    return catalogue


PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def _differ(entry: polib.POEntry) -> bool:
    if entry.msgid_plural:
        allowed = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural)
        return any(not _placeholders(text) <= allowed for text in entry.msgstr_plural.values())
    return bool(entry.msgstr) and _placeholders(entry.msgid) != _placeholders(entry.msgstr)


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="report only, change nothing")
    parser.add_argument("rooms", nargs="*", help="names of apps; all when none is given")
    arguments = parser.parse_args()
    chosen = [room for room in rooms() if not arguments.rooms or room.folder.name in arguments.rooms]
    problems = [problem for room in chosen for problem in (check(room) if arguments.check else update(room))]
    print("\n".join(problems) or "Every text has its Polish.")  # noqa: T201 a command line
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
