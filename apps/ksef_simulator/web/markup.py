"""Small pieces of HTML for the simulator's own page; every value is escaped on its way in."""

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --quiet: #5c6b7e; --line: #d9dfe7; --card: #fff; --ground: #f3f5f8;
  --strong: #0b5cad; --good: #1d7a43; --bad: #b3261e; --wait: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --quiet: #9aa8ba; --line: #2c3643; --card: #161d27;
  --ground: #0e141c; --strong: #6cb2ff; --good: #63c98a; --bad: #ff8a80; --wait: #e2b35c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
.notice { color: var(--quiet); margin: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem; margin: 0 0 1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 0; }
.figures dt { color: var(--quiet); font-size: .85rem; } .figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--quiet); font-weight: 500; white-space: nowrap; }
code, td.code { font: .85rem/1.5 ui-monospace, monospace; white-space: nowrap; }
form { display: inline-flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .4rem .4rem 0 0; max-width: 100%; }
label { display: grid; gap: .15rem; font-size: .85rem; color: var(--quiet); flex: 1 1 9rem; min-width: 0; }
input, select { width: 100%; min-width: 0; }
button, input, select { font: inherit; padding: .4rem .7rem; min-height: 2.6rem; border-radius: .4rem;
  border: 1px solid var(--line); background: var(--ground); color: var(--ink); max-width: 100%; }
button { cursor: pointer; color: var(--strong); border-color: currentColor; background: none; }
button:hover { background: var(--ground); } :focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); } .quiet { color: var(--quiet); }
"""


def page(title: str, notice: str, sections: Iterable[str]) -> bytes:
    body = "".join(sections)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f'<header><h1>{escape(title)}</h1><p class="notice">{escape(notice)}</p></header>'
        f"<main>{body}</main></body></html>"
    ).encode()


def section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def figures(values: dict[str, object]) -> str:
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>" for name, value in values.items()
    )
    return f'<dl class="figures">{items}</dl>'


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> str:
    """Rows hold ready markup: use text() or status() for plain values."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return f'<p class="quiet">{escape(empty)}</p>'
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in headers)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def text(value: object) -> str:
    return escape("" if value is None else str(value))


def code(value: object) -> str:
    return f"<code>{text(value)}</code>"


def status(number: int, words: str) -> str:
    kind = "wait" if number < 200 else "good" if number == 200 else "bad"
    return f'<span class="{kind}">{number} {escape(words)}</span>'


def button(action: str, label: str, secret: str, **fields: object) -> str:
    return form(action, label, secret, "".join(_hidden(name, value) for name, value in fields.items()))


def form(action: str, label: str, secret: str, inside: str) -> str:
    return (
        f'<form method="post" action="/page/{escape(action)}">{_hidden("secret", secret)}{inside}'
        f"<button>{escape(label)}</button></form>"
    )


def field(name: str, label: str, value: str = "", kind: str = "text") -> str:
    return f'<label>{escape(label)}<input name="{escape(name)}" type="{kind}" value="{escape(value)}"></label>'


def choice(name: str, label: str, options: dict[str, str]) -> str:
    items = "".join(f'<option value="{escape(value)}">{escape(shown)}</option>' for value, shown in options.items())
    return f'<label>{escape(label)}<select name="{escape(name)}">{items}</select></label>'


def _hidden(name: str, value: object) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">'
