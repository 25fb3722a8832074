"""Writing estate documents: the part every builder shares."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

# One moment for everything: estates must not differ from run to run.
CREATED = "2026-03-01T09:00:00Z"
UPDATED = "2026-09-01T09:00:00Z"

Tags = Mapping[str, str] | None


def arn(service: str, account: str, region: str, resource: str) -> str:
    """Return an ARN; pass an empty region or account for services that have none."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def short_id(*parts: str, length: int = 10) -> str:
    """Return a stable id of capitals and digits, the form of Bedrock's agents and knowledge bases."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:length].upper()


def hex_id(*parts: str, length: int = 17) -> str:
    """Return a stable id of hex digits, the form of EC2's resources."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:length]


def guid(*parts: str) -> str:
    """Return a stable UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


def encoded(policy: Any) -> str:
    """Return a policy as IAM sends it: JSON, URL-encoded."""
    return quote(text(policy), safe="")


def text(policy: Any) -> str:
    """Return a policy as JSON; a string is taken as it is, so that a broken policy can be written too."""
    return policy if isinstance(policy, str) else json.dumps(policy)


def allow(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """Return a policy of one Allow statement; `more` adds Principal, Condition and the like."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources, **more}]}


def trust(service: str = "sagemaker.amazonaws.com", **more: Any) -> dict[str, Any]:
    """Return a role's trust policy for a service."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **more}],
    }


def merged(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the overrides' members; None takes a member away."""
    return {key: value for key, value in {**base, **overrides}.items() if value is not None}


def pick(source: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the named members that exist: a listing's summary of a full answer."""
    return {name: source[name] for name in names if name in source}


def key_values(tags: Tags, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags as a list of pairs, in the member names of a service."""
    return [{key: k, value: v} for k, v in (tags or {}).items()]


@dataclass(frozen=True)
class Place:
    """One service in one region of one account, where answers are written."""

    operations: dict[str, Any]

    def add(self, op: str, key: str, *items: Any) -> None:
        """Append items to the list a plain answer holds."""
        self.operations.setdefault(op, {}).setdefault(key, []).extend(items)

    def set(self, op: str, response: Mapping[str, Any]) -> None:
        """Set the answer of an operation that takes no name."""
        self.operations[op] = dict(response)

    def row(self, op: str, match: Mapping[str, Any], response: Mapping[str, Any]) -> None:
        """Set the answer for certain parameters."""
        rows = self.operations.setdefault(op, [])
        rows[:] = [row for row in rows if row["match"] != match]
        rows.append({"match": dict(match), "response": dict(response)})

    def add_row(self, op: str, match: Mapping[str, Any], key: str, *items: Any) -> None:
        """Append items to the list that the answer for certain parameters holds."""
        rows = self.operations.setdefault(op, [])
        found = next((row for row in rows if row["match"] == match), None)
        if found is None:
            found = {"match": dict(match), "response": {}}
            rows.append(found)
        found["response"].setdefault(key, []).extend(items)


class Document:
    """An estate document under construction. The builders add to it and return it, so that calls chain."""

    def __init__(self, *, regions: list[str] | None = None, page_size: int | None = None, **members: Any) -> None:
        self.document: dict[str, Any] = {"accounts": {}, "regions": regions or ["us-east-1"], "page_size": page_size, **members}

    def at(self, account: str, region: str, service: str) -> Place:
        """Return the place of a service's answers; region "*" is every region."""
        return Place(self.document["accounts"].setdefault(account, {}).setdefault(region, {}).setdefault(service, {}))

    def account(self, account: str) -> Self:
        """Add an account, empty unless something else is put there."""
        self.document["accounts"].setdefault(account, {})
        return self

    def put(self, account: str, region: str, service: str, op: str, answer: Any) -> Self:
        """Set one operation's answer by hand."""
        self.at(account, region, service).operations[op] = answer
        return self

    def fault(self, **fault: Any) -> Self:
        """Add a fault."""
        self.document.setdefault("faults", []).append(fault)
        return self

    def tagged(self, account: str, region: str, resource: str, tags: Tags) -> Self:
        """Add a resource to the tagging API, which only knows what has tags."""
        if tags:
            self.at(account, region, "resourcegroupstaggingapi").add(
                "GetResources", "ResourceTagMappingList", {"ResourceARN": resource, "Tags": key_values(tags)}
            )
        return self
