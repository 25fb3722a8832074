"""What AWS shapes share: tags, ownership, containers, policy statements' principals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from zscan.collect import Bulk, Call
from zscan.collect.redact import names_secret
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, every, some
from zscan.model.redacted import redacted_pattern
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved, kleene_any, merge

TAGS = Bulk(
    path="Tags",
    call=Call(
        service="resourcegroupstaggingapi",
        operation="GetResources",
        action="tag:GetResources",
        items="ResourceTagMappingList",
        page_size=100,
    ),
    index=lambda entry: str(entry["ResourceARN"]),
    keys=lambda body: [body["@id"]],
    take=lambda entry: entry.get("Tags") or [],
)

GOVERNANCE = frozenset({"governance.owner", "governance.environment", "governance.classification"})
_NO_TAGS = Unknown(Reason(ReasonCode.UNPARSABLE, "the tags are not pairs of key and value"))
_TAG_NAMES = {
    "governance.owner": {"owner", "team", "contact", "owner-email", "owneremail", "cost-center-owner", "product-owner"},
    "governance.environment": {"environment", "env", "stage"},
    "governance.classification": {"data-classification", "dataclassification", "classification", "data-class", "sensitivity"},
}


def asset(document: Document, asset_type: str) -> Draft:
    """A draft with tags and ownership facts. The name is a key besides the id, as AWS documents refer by either."""
    draft = Draft(document, asset_type)
    draft.keys.add(document.name)
    tags = document["Tags"]
    draft.tags = tags.map(_tag_map).value
    for path, names in _TAG_NAMES.items():
        draft.set(path, tags.map(partial(_named, names=names)))
    return draft


def _named(tags: Any, names: set[str]) -> Truth:
    """Whether one of the names is among the tags, with a value. A tag that was not read could be it."""
    return kleene_any(_is_named(key, value, names) for key, value in _tag_pairs(tags))


def _is_named(key: Any, value: Any, names: set[str]) -> Truth:
    if isinstance(key, Unknown):
        return key
    if str(key).lower().replace("_", "-") not in names:
        return False
    return True if isinstance(value, Unresolved) else value if isinstance(value, Unknown) else bool(str(value or ""))


def _tag_pairs(tags: Any) -> list[tuple[Any, Any]]:
    """Tags as CloudFormation writes them: a list of Key/Value pairs, or (for some types) a map. A tag that was not read could be any."""
    if isinstance(tags, Mapping):
        return [(str(key), value) for key, value in tags.items()]
    listed = [_NO_TAGS] if not isinstance(tags, list | tuple | None) else tags or ()
    pairs = [(tag.get("Key"), tag.get("Value")) if isinstance(tag, Mapping) else (tag, tag) for tag in listed]
    return [(key if isinstance(key, str | Unknown) else _NO_TAGS, value) for key, value in pairs]


def _tag_map(tags: Any) -> Any:
    """The tags as a map, which is read whole or not at all."""
    pairs = _tag_pairs(tags)
    missing = [part for pair in pairs for part in pair if isinstance(part, Unknown)]
    return merge(missing) if missing else {key: str(value) for key, value in pairs}


def image(name: str, reading: Reading) -> Any:
    """One element of `artefact.images`. ECR tags can be overwritten, so only a digest pins."""
    value = reading.value
    if isinstance(value, Unknown):
        return {"name": name, "image": value, "pinned": value, "floating": value}
    text = str(value or "")
    tag = text.rsplit("/", 1)[-1].partition("@")[0].partition(":")[2]
    pinned = "@sha256:" in text
    return {
        "name": name,
        "image": text,
        "pinned": pinned,
        "floating": not pinned and tag in {"", "latest", "main", "master", "nightly", "dev"},
    }


def secret_settings(variables: Reading, where: str) -> tuple[list[Any], list[Any]]:
    """Elements of `secrets.literals` and `secrets.defaults` for a map of settings whose values were redacted on receipt."""
    literals: list[Any] = []
    defaults: list[Any] = []
    for name, value in variables.items():
        if value.unknown:
            if name == "" or names_secret(name):
                literals.append(value.value)
                defaults.append(value.value)
            continue
        pattern = redacted_pattern(value.value)
        if pattern == "known-default":
            defaults.append({"name": name, "where": where})
        elif pattern:
            literals.append({"name": name, "where": where})
    return literals, defaults


def all_of(readings: Iterable[Reading], *, empty: bool = True) -> Reading:
    """Conjunction over a list of truth readings; of none, `empty`."""
    items = list(readings)
    return every(*items) if items else Reading(empty)


def any_of(readings: Iterable[Reading]) -> Reading:
    """Disjunction over a list of truth readings; of none, false."""
    items = list(readings)
    return some(*items) if items else Reading(False)
