"""HTML: one file that asks the network for nothing and reads well with scripts off.

Every value that a template prints is neutralised and escaped by the environment itself, so that no template can forget it. The content
security policy of the page allows its one style sheet and its one script, by hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from zscan.bundled import templates_dir
from zscan.model.scan import Scan
from zscan.model.source import ApiSource, Derived, FileSource, Source
from zscan.report import Format, claims, neutral, view
from zscan.report.page import LINKED_PER_CONTROL_RULE, asset_anchor, page, severity_mark

if TYPE_CHECKING:
    from jinja2 import Environment

Item = TypeVar("Item")


def render(scan: Scan) -> bytes:
    """The report of a scan as UTF-8 HTML."""
    text = _environment().get_template("page.html").render(page=page(scan), scan=scan, run=scan.run)
    return text.encode()


FORMAT = Format("html", "html", "text/html", render, "Report for people: one self-contained file, readable without scripts and on paper.")


@cache
def _environment() -> Environment:
    import jinja2
    from markupsafe import Markup

    folder = templates_dir() / "report"
    style, script = ((folder / name).read_text(encoding="utf-8").replace("\r\n", "\n") for name in ("report.css", "report.js"))

    def inert(value: Any) -> Any:
        return value if isinstance(value, Markup) or not isinstance(value, str) else neutral.html_text(value)

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clip": lambda value, limit=200: neutral.clipped(str(value), limit),
        "first": _first,
        "n": lambda number: f"{number:,}",
        "plural": _plural,
        "source": _source_text,
        "value": lambda value: neutral.clipped(neutral.value_text(value), 600),
        "web": lambda link: link if link.startswith(("https://", "http://")) else "",
    }
    environment.globals |= {
        "asset_anchor": asset_anchor,
        "claims": claims,
        "linked_per_rule": LINKED_PER_CONTROL_RULE,
        "policy": _policy(style, script),
        "script": Markup(script),  # noqa: S704 (our own file, named by its hash in the policy)
        "severity_mark": severity_mark,
        "style": Markup(style),  # noqa: S704
        "view": view,
    }
    return environment


def _policy(style: str, script: str) -> str:
    return f"default-src 'none'; style-src '{_integrity(style)}'; script-src '{_integrity(script)}'; base-uri 'none'; form-action 'none'"


def _integrity(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _first(items: Sequence[Item], limit: int) -> Sequence[Item]:
    return items[:limit]


def _plural(count: int, noun: str, plural: str = "") -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def _source_text(source: Source | None) -> str:
    """Where a fact came from, in one line: `file:line`, a call with its pointer, or the facts that it was derived from."""
    match source:
        case FileSource(file=file, line=line):
            return f"{file}:{line}"
        case ApiSource(call=call, pointer=pointer, collected_at=moment):
            return " ".join(part for part in (call, pointer, f"at {moment}" if moment else "") if part)
        case Derived(by=by, derived_from=refs):
            return f"derived ({by}) from " + ", ".join(f"{ref.path} of {ref.asset_id}" for ref in refs)
        case None:
            return ""
