"""The part of a listing that a request asks for.

AWS filters on its side; a collector that asks for three subnets must not be handed the whole VPC, or a bug in its
request would go unseen. Only filters that a rule of naming explains are applied, from the request's own parameters:

* `SubnetIds=[…]` keeps items by `SubnetId`, and an id that no item has is an error, as in EC2;
* `Filters=[{Name: "vpc-id", Values: […]}]` (EC2) keeps items by `VpcId`, tags by `tag:<key>`;
* `DomainIdEquals=…` keeps items by `DomainId`, `NameContains=…` by the item's name (SageMaker);
* a scalar parameter with the name of an item member keeps the equal ones (`type`, `Namespace`, `knowledgeBaseId`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from .errors import invalid, not_found
from .wire import AwsError, Call

Item = Mapping[str, Any]


def select(call: Call, path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    """Return the items of one result list that the request's filters keep."""
    special = _SPECIAL.get((call.service.name, call.op))
    if special is not None:
        return special(call, path, items)
    if not all(isinstance(item, Mapping) for item in items):
        return list(items)
    kept: list[Any] = list(items)
    for name, wanted in call.params.items():
        kept = _apply(call, kept, name, wanted)
    return kept


def _apply(call: Call, items: list[Item], name: str, wanted: Any) -> list[Item]:
    ec2 = call.service.protocol == "ec2"
    if ec2 and name == "Filters":
        for condition in wanted:
            items = [item for item in items if _ec2_filter(call, item, condition)]
        return items
    if ec2 and isinstance(wanted, list) and name.endswith(("Ids", "Names")):
        return _by_id(items, name[:-1], wanted)
    if name.endswith("Equals"):
        member = name.removesuffix("Equals")
        return [item for item in items if _member(item, member, default=wanted) == wanted]
    if name.lower() == "namecontains":
        return [item for item in items if any(wanted in str(value) for key, value in item.items() if key.lower().endswith("name"))]
    if isinstance(wanted, str) and any(name in item for item in items):
        return [item for item in items if item.get(name) == wanted]
    return items


def _member(item: Item, suffix: str, default: Any) -> Any:
    """Read `Status` also where the item calls it `EndpointStatus`; an item without such a member is not filtered."""
    if suffix in item:
        return item[suffix]
    return next((value for key, value in item.items() if key.endswith(suffix)), default)


# EC2 is not of one mind about its own codes
_MISSING_ID = {"GroupId": "InvalidGroup.NotFound", "VpcEndpointId": "InvalidVpcEndpointId.NotFound"}


def _by_id(items: list[Item], member: str, wanted: Sequence[str]) -> list[Item]:
    known = {item.get(member) for item in items}
    # DescribeRegions(RegionNames) and the like: a member no item has is not an id of this listing
    if items and known == {None}:
        return items
    for one in wanted:
        if one not in known:
            raise AwsError(
                _MISSING_ID.get(member, f"Invalid{member.removesuffix('Id')}ID.NotFound"), f"The {member} '{one}' does not exist", 400
            )
    return [item for item in items if item.get(member) in wanted]


def _ec2_filter(call: Call, item: Item, condition: Item) -> bool:
    name, values = str(condition["Name"]), [str(value) for value in condition.get("Values", [])]
    if name.startswith("tag:"):
        found = [tag["Value"] for tag in item.get("Tags", []) if tag["Key"] == name[4:]]
    elif name == "tag-key":
        found = [tag["Key"] for tag in item.get("Tags", [])]
    else:
        values_found = _kebab(item, name)
        if values_found is None:
            raise invalid(call.service, f"The filter '{name}' is invalid")
        found = values_found
    return any(fnmatchcase(have, want) for have in found for want in values)


def _kebab(item: Item, name: str) -> list[str] | None:
    """Read `vpc-endpoint-id` as VpcEndpointId, `group-id` as GroupId or Groups[].GroupId; None for a filter no member explains."""
    member = "".join(part.capitalize() for part in name.replace(".", "-").split("-"))
    aliases = {"VpcEndpointState": "State", "SubnetState": "State"}
    value = item.get(aliases.get(member, member))
    if value is None:
        nested = [
            entry[member]
            for many in item.values()
            if isinstance(many, list)
            for entry in many
            if isinstance(entry, Mapping) and member in entry
        ]
        return [str(one) for one in nested] if nested else ([] if _plausible(member) else None)
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _plausible(member: str) -> bool:
    return member in {
        "VpcId",
        "SubnetId",
        "GroupId",
        "VpcEndpointId",
        "ServiceName",
        "State",
        "OwnerId",
        "AvailabilityZone",
        "VpcEndpointType",
    }


def _tagged_resources(call: Call, _path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    arns: list[str] = call.params.get("ResourceARNList", [])
    types: list[str] = call.params.get("ResourceTypeFilters", [])
    tags: list[Item] = call.params.get("TagFilters", [])

    def keep(item: Item) -> bool:
        arn = str(item["ResourceARN"])
        have = {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
        return (
            (not arns or arn in arns)
            and (not types or any(_is_type(arn, kind) for kind in types))
            and all(f["Key"] in have and (not f.get("Values") or have[f["Key"]] in f["Values"]) for f in tags)
        )

    return [item for item in items if keep(item)]


def _is_type(arn: str, kind: str) -> bool:
    service, _, resource = kind.partition(":")
    parts = arn.split(":", 5)
    return parts[2] == service and (not resource or parts[5].replace(":", "/").startswith(f"{resource}/"))


# what `Filter` of GetAccountAuthorizationDetails asks for, by the list it selects
_IAM_LISTS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}


def _authorization_details(call: Call, path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    wanted: list[str] = call.params.get("Filter", [])
    if not wanted:
        return list(items)
    if path[-1] != "Policies":
        return list(items) if path[-1] in {_IAM_LISTS.get(kind) for kind in wanted} else []
    own, aws = "LocalManagedPolicy" in wanted, "AWSManagedPolicy" in wanted
    return [item for item in items if (aws if str(item["Arn"]).startswith("arn:aws:iam::aws:") else own)]


def _aliases(call: Call, _path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    wanted = call.params.get("KeyId")
    return [item for item in items if wanted is None or item.get("TargetKeyId") == str(wanted).split("/")[-1]]


def _buckets(call: Call, _path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    prefix, region = call.params.get("Prefix", ""), call.params.get("BucketRegion")
    return [item for item in items if item["Name"].startswith(prefix) and region in (None, item.get("BucketRegion"))]


def _metrics(call: Call, path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    if path[-1] != "Metrics":
        return list(items)
    params = call.params
    dimensions: Iterable[Item] = params.get("Dimensions", [])

    def keep(item: Item) -> bool:
        have = {d["Name"]: d["Value"] for d in item.get("Dimensions", [])}
        return all(params.get(k, item.get(k)) == item.get(k) for k in ("Namespace", "MetricName")) and all(
            d["Name"] in have and have[d["Name"]] == d.get("Value", have[d["Name"]]) for d in dimensions
        )

    return [item for item in items if keep(item)]


def _regions(call: Call, _path: tuple[str, ...], items: Sequence[Any]) -> list[Any]:
    statuses: list[str] = call.params.get("RegionOptStatusContains", [])
    names: list[str] = call.params.get("RegionNames", [])
    for name in names:
        if name not in {item["RegionName"] for item in items}:
            raise not_found(call.service, call.op, name)
    return [
        item for item in items if (not statuses or item.get("RegionOptStatus") in statuses) and (not names or item["RegionName"] in names)
    ]


_SPECIAL = {
    ("account", "ListRegions"): _regions,
    ("cloudwatch", "ListMetrics"): _metrics,
    ("ec2", "DescribeRegions"): _regions,
    ("iam", "GetAccountAuthorizationDetails"): _authorization_details,
    ("kms", "ListAliases"): _aliases,
    ("s3", "ListBuckets"): _buckets,
    ("resourcegroupstaggingapi", "GetResources"): _tagged_resources,
}
