"""Frameworks as data: the objectives of the baseline and the mapping files that point at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from zscan.errors import MappingError
from zscan.located import Located, Place, closest, read_text, read_yaml, typed
from zscan.model.framework import Control, Coverage, Framework, Objective, Strength

SCHEMA = "zscan.mapping/v1"
OBJECTIVES_SCHEMA = "zscan.objectives/v1"
_WORDS = (*get_args(Coverage), *get_args(Strength))


class _ObjectivesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    objectives: tuple[Objective, ...]


def load_frameworks(directories: Sequence[Path], objectives: Collection[str]) -> list[Framework]:
    """Every mapping file (`*.yaml`) of these directories, sorted by framework and version.

    `objectives` are the ids that exist in the baseline. Raises `MappingError` with file and line.
    """
    found: dict[str, tuple[Framework, str]] = {}
    for directory in directories:
        if not directory.is_dir():
            hint = "Give the directory that holds the `<framework>-<version>.yaml` files."
            raise MappingError("no such directory of mappings", file=str(directory), hint=hint)
        for path in sorted(directory.glob("*.yaml")):
            located = read_yaml(read_text(path, MappingError), str(path), MappingError)
            framework = parse_framework(located, objectives)
            key = f"{framework.framework.id}@{framework.framework.version}"
            if key in found:
                message = f"{key} is already defined in {found[key][1]}"
                raise located.problem(("framework", "id"), message, hint="Remove one of the two files.")
            found[key] = (framework, str(path))
    return [found[key][0] for key in sorted(found)]


def parse_framework(located: Located, objectives: Collection[str]) -> Framework:
    """One mapping file. Raises `MappingError` for a wrong schema, a misspelt member, a repeated id, an unknown objective or group."""
    _check_schema(located, SCHEMA, "a mapping file")
    framework = typed(located, Framework, words=_WORDS)
    _check_groups(framework, located)
    groups = {group.id for group in framework.groups}
    names: dict[str, str] = {}
    for index, control in enumerate(framework.controls):
        place = ("controls", index)
        for name in (control.id, *control.aliases):
            if name in names:
                raise located.problem(
                    (*place, "id"), f"`{name}` already names {names[name]}", hint="Ids and aliases name one control each."
                )
            names[name] = control.id
        if control.group and control.group not in groups:
            message = f"{control.id} is in an unknown group `{control.group}`"
            raise located.problem((*place, "group"), message, suggestion=closest(control.group, groups))
        _check_coverage(control, located, place)
        _check_links(control, objectives, located, place)
    return framework


def load_objectives(path: Path) -> tuple[Objective, ...]:
    """The statements of the baseline (`rules/objectives.yaml`), in the order of the file. Raises `MappingError`."""
    located = read_yaml(read_text(path, MappingError), str(path), MappingError)
    _check_schema(located, OBJECTIVES_SCHEMA, "an objectives file")
    objectives = typed(located, _ObjectivesFile).objectives
    seen: set[str] = set()
    for index, objective in enumerate(objectives):
        if objective.id in seen:
            raise located.problem(("objectives", index, "id"), f"`{objective.id}` is defined twice", hint="Remove one of the two.")
        seen.add(objective.id)
    return objectives


def _check_schema(located: Located, schema: str, what: str) -> None:
    if not isinstance(located.data, dict) or located.data.get("schema") != schema:
        raise located.problem(("schema",), f"not {what}", hint=f"Begin the file with `schema: {schema}`.")


def _check_groups(framework: Framework, located: Located) -> None:
    ids = {group.id for group in framework.groups}
    seen: set[str] = set()
    for index, group in enumerate(framework.groups):
        if group.id in seen:
            raise located.problem(("groups", index, "id"), f"group `{group.id}` is defined twice", hint="Remove one of the two.")
        if group.parent and group.parent not in seen:
            known = group.parent in ids
            message = (
                f"group `{group.id}` has an unknown parent `{group.parent}`"
                if not known
                else f"group `{group.id}` stands before its parent"
            )
            suggestion = "" if known else closest(group.parent, ids)
            raise located.problem(
                ("groups", index, "parent"), message, hint="Define a parent before the groups under it.", suggestion=suggestion
            )
        seen.add(group.id)


def _check_coverage(control: Control, located: Located, place: Place) -> None:
    if control.coverage == "observable" and not control.evidence:
        hint = "Add `evidence`, or say why a scan cannot see it."
        raise located.problem(place, f"{control.id} is observable but names no evidence", hint=hint)
    if control.coverage != "observable" and control.evidence:
        raise located.problem(place, f"{control.id} is {control.coverage} but names evidence", hint="Make it `coverage: observable`.")
    if control.coverage != "observable" and not control.reason:
        raise located.problem(place, f"{control.id} is {control.coverage} without a `reason`", hint="Say why a scan cannot see it.")


def _check_links(control: Control, objectives: Collection[str], located: Located, place: Place) -> None:
    seen: set[str] = set()
    for number, link in enumerate(control.evidence):
        here = (*place, "evidence", number, "objective")
        if link.objective not in objectives:
            message = f"{control.id} points at an unknown objective `{link.objective}`"
            raise located.problem(here, message, suggestion=closest(link.objective, objectives))
        if link.objective in seen:
            raise located.problem(here, f"{control.id} names `{link.objective}` twice", hint="Keep one link for each objective.")
        if not link.rationale.strip():
            raise located.problem(here, f"{control.id}: the link to `{link.objective}` has no rationale", hint="Say why it is evidence.")
        seen.add(link.objective)
