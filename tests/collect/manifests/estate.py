"""Files written into a folder, collected, linked and derived: what the tests of manifests look at."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zscan.collect import Collected
from zscan.collect.manifests.collect import collect_path
from zscan.derive.access.kubernetes import derive_access
from zscan.derive.exposure import derive_exposure
from zscan.link import link
from zscan.model.asset import Draft
from zscan.model.unknown import Unknown


@dataclass
class Estate:
    collected: Collected
    by_id: dict[str, Draft]

    def one(self, name: str, asset_type: str = "") -> Draft:
        """The only draft of that name (and type)."""
        found = [draft for draft in self.by_id.values() if draft.name == name and (not asset_type or draft.type == asset_type)]
        assert len(found) == 1, [draft.id for draft in found]
        return found[0]

    def fact(self, name: str, path: str, asset_type: str = "") -> Any:
        """A fact of the only draft of that name; "unknown" for an Unknown."""
        value = self.one(name, asset_type).facts[path]
        return "unknown" if isinstance(value, Unknown) else value

    def targets(self, name: str, relation: str, asset_type: str = "") -> list[str]:
        """Names (or references, in angle brackets) that a relation leads to."""
        edges = [edge for edge in self.one(name, asset_type).relations if edge.kind == relation]
        return sorted(self.by_id[edge.target].name if edge.target else f"<{edge.ref}>" for edge in edges)


def estate(folder: Path, files: Mapping[str, str] | str, *, complete: bool = False) -> Estate:
    """What `files` (or one file) declare, as far as the derivations."""
    for name, content in ({"all.yaml": files} if isinstance(files, str) else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content), encoding="utf-8")
    collected = collect_path(folder, base=folder, complete=complete)
    by_id = link(collected.drafts)
    derive_exposure(by_id, collected.fragments, complete=complete, gaps=collected.gaps)
    derive_access(by_id, collected.fragments, complete=complete, gaps=collected.gaps)
    assert_offers_kept(collected, by_id)
    return Estate(collected, by_id)


def assert_offers_kept(collected: Collected, by_id: Mapping[str, Draft]) -> None:
    """Every draft states exactly the facts that its native type offers, and freezes."""
    for draft in by_id.values():
        offer = collected.offers[draft.native_type]
        assert set(draft.facts) == offer.facts, (draft.id, set(draft.facts) ^ offer.facts)
        assert draft.type == offer.asset_type
        assert {edge.kind for edge in draft.relations} <= offer.relations, draft.id
        draft.freeze()


def pod_template(*, labels: str = "app: llm", container: str = "", spec: str = "") -> str:
    """A vLLM pod template, indented for use below `template:` at column 0."""
    return (
        f"metadata: {{labels: {{{labels}}}}}\n"
        "spec:\n"
        + textwrap.indent(textwrap.dedent(spec), "  ")
        + "  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.9.1\n"
        + textwrap.indent(textwrap.dedent(container), "      ")
    )


def deployment(template: str, *, name: str = "llm", namespace: str = "ai") -> str:
    """A Deployment around a pod template."""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  template:\n"
        + textwrap.indent(template, "    ")
    )
