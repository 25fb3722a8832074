"""Ownership, environment and data class, as labels and annotations state them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path

FACTS = frozenset({"governance.owner", "governance.environment", "governance.classification"})

# Matched against the last part of a key ("team" in "example.com/team"), separators and case ignored. A tool that manages the object
# ("app.kubernetes.io/managed-by: Helm") does not answer for it.
_KEYS = {
    "governance.owner": frozenset(
        {
            "owner",
            "owners",
            "ownedby",
            "team",
            "squad",
            "contact",
            "maintainer",
            "maintainers",
            "owneremail",
            "serviceowner",
            "teamname",
            "businessowner",
        }
    ),
    "governance.environment": frozenset({"environment", "env", "stage", "tier", "deploymentenvironment", "lifecycle"}),
    "governance.classification": frozenset(
        {
            "dataclassification",
            "classification",
            "sensitivity",
            "dataclass",
            "datasensitivity",
            "confidentiality",
            "dataclassifcation",
            "informationclass",
        }
    ),
}
_SEPARATORS = re.compile(r"[-_. ]")


def governance(sheet: Sheet, labelled: Mapping[Path, Mapping[str, str]]) -> None:
    """State the governance facts from labels and annotations, given by the place where they stand. No such label: nobody is named."""
    for fact, keys in _KEYS.items():
        place = next(
            ((*path, key) for path, labels in labelled.items() for key, value in labels.items() if value.strip() and _plain(key) in keys),
            None,
        )
        sheet.put(fact, place is not None, *(() if place is None else (place,)))


def _plain(key: str) -> str:
    last = key.rpartition("/")[2] if "/" in key else key.rpartition(".")[2]
    return _SEPARATORS.sub("", last.lower())
