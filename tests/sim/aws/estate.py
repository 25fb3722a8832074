"""What exists in the simulated cloud, and what it answers.

State is one JSON document:

    {"accounts": {"<12 digits>": {"<region>" | "*": {"<service>": {"<Operation>": ANSWER}}}},
     "regions": [...], "disabled_regions": [...], "page_size": n | null, "latency_ms": {"<region>" | "*": ms},
     "faults": [...], "allow_actions": [...] | null, "deny_actions": [...],
     "assumable_roles": {"<role ARN>": "<external id>" | ""} | null}

ANSWER is a response, or rows `{"match": {parameter: value}, "response": {...}}` or
`{"match": ..., "error": code, "message": ..., "status": n}` of which the first that matches counts. A list in `match`
means any of its members, unless the parameter is a list itself. A region's rows come before those of "*".

What the document leaves out is answered as AWS answers for an empty account: listings are empty, one thing that was
asked for by name does not exist, and a setting nobody made has its documented default.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from . import paging
from .errors import denied, not_found
from .filters import select
from .services import Service
from .wire import AwsError, Call

Json = Mapping[str, Any]
DEFAULT_ACCOUNT = "111122223333"

MEMBERS = frozenset(
    {
        "accounts",
        "allow_actions",
        "assumable_roles",
        "deny_actions",
        "disabled_regions",
        "faults",
        "latency_ms",
        "page_size",
        "regions",
    }
)

# Reads of a setting that answer 200 with this when nobody made the setting.
_UNSET: Mapping[tuple[str, str], Json] = {
    ("bedrock", "GetAccountDataRetention"): {"mode": "inherit"},
    ("bedrock", "GetModelInvocationLoggingConfiguration"): {},
    ("budgets", "DescribeBudgetNotificationsForAccount"): {},
    ("budgets", "DescribeBudgets"): {},
    ("ec2", "GetEbsEncryptionByDefault"): {"EbsEncryptionByDefault": False},
    ("frauddetector", "GetModels"): {"models": []},
    ("ecr", "GetRegistryScanningConfiguration"): {"scanningConfiguration": {"scanType": "BASIC", "rules": []}},
    ("s3", "GetBucketAccelerateConfiguration"): {},
    ("s3", "GetBucketLocation"): {},
    ("s3", "GetBucketLogging"): {},
    ("s3", "GetBucketNotificationConfiguration"): {},
    ("s3", "GetBucketRequestPayment"): {"Payer": "BucketOwner"},
    ("s3", "GetBucketVersioning"): {},
    ("s3", "HeadBucket"): {},
    ("sagemaker", "GetSagemakerServicecatalogPortfolioStatus"): {"Status": "Disabled"},
}


class Rows:
    """The rows of one operation, found by their parameters without a walk over all of them."""

    def __init__(self, rows: Iterable[Json]) -> None:
        self._rows = list(rows)
        # names of the matched parameters -> their values -> position of the first such row
        self._index: dict[tuple[str, ...], dict[str, int]] = {}
        for at, row in enumerate(self._rows):
            names = tuple(sorted(row["match"]))
            table = self._index.setdefault(names, {})
            for values in product(*(_alternatives(row["match"][name]) for name in names)):
                table.setdefault(_key(values), at)
            # the same list may also be meant as the whole value of a list parameter
            table.setdefault(_key([row["match"][name] for name in names]), at)

    def find(self, params: Json) -> Json | None:
        """Return the first row whose match the parameters fulfil."""
        hits = [at for names, table in self._index.items() if (at := table.get(_key([params.get(name) for name in names]))) is not None]
        return self._rows[min(hits)] if hits else None


def _alternatives(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _key(values: Iterable[Any]) -> str:
    return json.dumps(list(values), sort_keys=True, default=str)


class Estate:
    """One estate document, ready to answer calls."""

    def __init__(self, document: Json) -> None:
        if unknown := sorted(set(document) - MEMBERS):
            raise ValueError(f"unknown members of an estate: {', '.join(unknown)}")
        self.document = document
        self.accounts: Json = document.get("accounts", {})
        self.regions: list[str] = list(document.get("regions") or ["us-east-1"])
        self.disabled_regions: list[str] = list(document.get("disabled_regions") or [])
        self.page_size: int | None = document.get("page_size")
        self.latency_ms: Mapping[str, float] = document.get("latency_ms") or {}
        self.allow_actions: list[str] | None = document.get("allow_actions")
        self.deny_actions: list[str] = list(document.get("deny_actions") or [])
        # role -> the external id that its trust policy demands; None: every role of a known account trusts the caller
        self.assumable_roles: Mapping[str, str] | None = document.get("assumable_roles")
        self._rows: dict[tuple[str, str, str, str], Rows] = {}
        self._buckets: dict[str, str] = dict(self._owned_buckets())

    @property
    def default_account(self) -> str:
        """The account of keys that name none."""
        return next(iter(self.accounts), DEFAULT_ACCOUNT)

    def _owned_buckets(self) -> Iterator[tuple[str, str]]:
        for account, regions in self.accounts.items():
            for services in regions.values():
                answer = services.get("s3", {}).get("ListBuckets", {})
                for response in [row.get("response", {}) for row in answer] if isinstance(answer, list) else [answer]:
                    for bucket in response.get("Buckets", []):
                        yield bucket["Name"], account

    def answer(self, call: Call) -> dict[str, Any]:
        """Return the response members of a call, or raise the AWS error it gets."""
        self._check_scope(call)
        found = self._find(call)
        if found is None:
            found = self._absent(call)
        pager = call.service.pager(call.op)
        return paging.cut(call, pager, found, self.page_size) if pager else dict(found)

    def _check_scope(self, call: Call) -> None:
        """Answer for what surrounds the thing: the organisation a call needs, the bucket a sub-resource belongs to."""
        name, account = call.service.name, self.accounts.get(call.account, {})
        if name == "organizations" and not any("organizations" in services for services in account.values()):
            raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400)
        if name == "s3" and "Bucket" in call.params:
            owner = self._buckets.get(call.params["Bucket"])
            if owner is None and self._find(call) is None:
                raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
            if owner not in (None, call.account) and self._find(call) is None:
                raise denied(call, "", "")

    def _find(self, call: Call) -> Json | None:
        regions = self.accounts.get(call.account, {})
        for region in (call.region, "*"):
            entry = regions.get(region, {}).get(call.service.name, {}).get(call.op)
            if isinstance(entry, list):
                row = self._table(call, region, entry).find(call.params)
                if row is None:
                    continue
                if "error" in row:
                    raise AwsError(row["error"], row.get("message", "as the estate says"), row.get("status"))
                response: Json = row["response"]
                return response
            if entry is not None:
                plain: Json = entry
                return plain
        return None

    def _table(self, call: Call, region: str, entry: list[Json]) -> Rows:
        key = (call.account, region, call.service.name, call.op)
        if key not in self._rows:
            self._rows[key] = Rows(entry)
        return self._rows[key]

    def _absent(self, call: Call) -> Json:
        name, op = call.service.name, call.op
        if (name, op) == ("ec2", "DescribeRegions"):
            return self._describe_regions(call)
        if (name, op) == ("account", "ListRegions"):
            return {
                "Regions": [
                    {"RegionName": region, "RegionOptStatus": status}
                    for region, status in self._region_status("ENABLED_BY_DEFAULT", "DISABLED")
                ]
            }
        if (name, op) in _UNSET:
            return _UNSET[name, op]
        if is_listing(call.service, op):
            return empty(call.service, op)
        raise not_found(call.service, op, _asked_for(call))

    def _region_status(self, on: str, off: str) -> Iterator[tuple[str, str]]:
        yield from ((region, on) for region in self.regions)
        yield from ((region, off) for region in self.disabled_regions)

    def _describe_regions(self, call: Call) -> Json:
        every = [
            {"RegionName": region, "OptInStatus": status, "Endpoint": f"ec2.{region}.amazonaws.com"}
            for region, status in self._region_status("opt-in-not-required", "not-opted-in")
        ]
        if not call.params.get("AllRegions"):
            every = [one for one in every if one["OptInStatus"] != "not-opted-in"]
        return {"Regions": select(call, ("Regions",), every)}


def is_listing(service: Service, op: str) -> bool:
    """Tell whether an operation lists things, so that nothing to say is an empty answer and not an error."""
    if op.startswith(("List", "Search", "BatchGet")):
        return True
    if service.required(op):
        return False
    return service.pager(op) is not None or (
        op.startswith("Describe") and any(s.type_name == "list" for s in service.output_members(op).values())
    )


def empty(service: Service, op: str) -> dict[str, Any]:
    """Return a valid answer that lists nothing: empty lists, and zeros where the model requires a value."""
    shape = service.operation(op).output_shape
    required = set(shape.required_members) if shape else set()
    zeros: dict[str, Any] = {
        "list": [],
        "map": {},
        "structure": {},
        "integer": 0,
        "long": 0,
        "double": 0.0,
        "float": 0.0,
        "boolean": False,
        "string": "",
    }
    return {
        name: zeros[s.type_name]
        for name, s in service.output_members(op).items()
        if s.type_name in zeros and (s.type_name == "list" or name in required)
    }


def _asked_for(call: Call) -> str:
    for name in call.service.required(call.op):
        if isinstance(call.params.get(name), str):
            return f"{name} {call.params[name]}"
    return call.op.removeprefix("Describe").removeprefix("Get")
