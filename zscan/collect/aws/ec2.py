"""The network that AI assets lean on: VPC endpoints to AI and data services, and the subnets and security groups that assets refer to.

Sources: DescribeVpcEndpoints, DescribeSubnets, DescribeFlowLogs, DescribeSecurityGroups, DescribeManagedPrefixLists;
AWS::EC2::VPCEndpoint, ::Subnet, ::SecurityGroup (with AWS::EC2::SecurityGroupIngress and ::SecurityGroupEgress in its lists).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zscan.collect import Bulk, Call, Collector, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.places import arn
from zscan.collect.aws.policies import allows_everything
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, any_of, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

# `com.amazonaws.eu-west-1.bedrock-runtime`, `aws.sagemaker.eu-west-1.studio`, `cn.com.amazonaws.cn-north-1.sagemaker.api`
_SERVICE_NAME = re.compile(r"(?:[a-z]{2}\.)?(?P<family>com\.amazonaws|aws\.[a-z]+)\.(?:[a-z0-9-]+|\$\{Region\})\.(?P<service>[a-z0-9.-]+)")
# First words of the services that AI runs on, and of those that its data, keys and sign-in go through.
_KEPT = re.compile(
    r"(?:sagemaker|bedrock|aoss|s3vectors|kendra|qbusiness|q|qapps|comprehend|rekognition|textract|transcribe|translate|polly|personalize|"
    r"models-v2-lex|runtime-v2-lex|s3|s3express|s3-global|kms|sts|secretsmanager|ecr|logs|monitoring|neptune-graph)(?![a-z0-9])"
)


def attach(draft: Draft, *, subnets: Iterable[Reading], groups: Iterable[Reading]) -> None:
    """Note the subnets and security groups that an asset is attached to."""
    for subnet in subnets:
        draft.refer("attached_to", "AWS::EC2::Subnet", subnet)
    for group in groups:
        draft.refer("attached_to", "AWS::EC2::SecurityGroup", group)


# ---------------------------------------------------------------------- VPC endpoints


def service_of(name: str) -> str:
    """The service behind an endpoint's service name, such as `bedrock-runtime`; "" when it is no service of the provider."""
    match = _SERVICE_NAME.fullmatch(name)
    if match is None:
        return ""
    family = match["family"].removeprefix("aws.")
    return match["service"] if match["family"] == "com.amazonaws" else f"{family}.{match['service']}"


def shape_endpoint(document: Document) -> Iterable[Draft]:
    """A VPC endpoint of a service that AI uses; endpoints of other services are left out, those whose service is unknown are not."""
    service = document["ServiceName"].map(lambda text: service_of(str(text or "")))
    if not service.unknown and not _KEPT.match(service.value):
        return
    draft = asset(document, "private_link")
    draft.set("link.service", service)
    draft.set("link.available", _available(document))
    # Unset, the endpoint gets a policy that allows full access to the service (CreateVpcEndpoint, PolicyDocument).
    policy = document["PolicyDocument"]
    draft.set("link.policy_open", allows_everything(policy) if policy.value is not None else Reading(True, policy.places))
    draft.set("link.private_dns", _private_dns(document))
    attach(draft, subnets=document["SubnetIds"].each(), groups=document["SecurityGroupIds"].each())
    yield draft


def _available(document: Document) -> Reading:
    state = document["State"]
    if document.view == "declared":
        return Reading(Unknown(Reason(ReasonCode.NO_FILE_FORM, "only a deployed endpoint has a state")), state.places)
    return state.map(lambda text: str(text).lower() == "available")


def _private_dns(document: Document) -> Reading:
    """A gateway endpoint, the default type, needs no private name: its route takes the service's public addresses."""
    gateway = document["VpcEndpointType"].default("Gateway").eq("Gateway")
    setting = document["PrivateDnsEnabled"]
    unset = Unknown(Reason(ReasonCode.UNRESOLVED, "private DNS is not set, and no default is documented"))
    return gateway | (Reading(unset, setting.places) if setting.value is None else switch(setting))


def _endpoint_canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    body = cfn_names()(answer)
    body["SecurityGroupIds"] = [group["GroupId"] for group in body.pop("Groups", None) or ()]
    return body


# ---------------------------------------------------------------------- subnets


def shape_subnet(document: Document) -> Iterable[Draft]:
    """A subnet. Unset, it gives out no public addresses; every IPv6 address is a public one."""
    draft = asset(document, "subnet")
    draft.set("subnet.assigns_public_addresses", switch(document["MapPublicIpOnLaunch"]) | switch(document["AssignIpv6AddressOnCreation"]))
    draft.set("subnet.flows_logged", _flows_logged(document))
    yield draft


def _flows_logged(document: Document) -> Reading:
    """Whether a flow log of the subnet or of its network runs. Flow logs of single interfaces do not count."""
    logs = document["FlowLogs"]
    if document.view == "declared":
        return Reading(Unknown(Reason(ReasonCode.NO_FILE_FORM, "flow logs of the network may be made anywhere")), logs.places)
    return any_of(
        log if log.unknown else log.get("FlowLogStatus").eq("ACTIVE") & ~log.get("DeliverLogsStatus").eq("FAILED") for log in logs.each()
    )


# ---------------------------------------------------------------------- security groups


def shape_group(document: Document) -> Iterable[Draft]:
    """A security group: whether a rule takes or reaches everybody. It always decides on both directions."""
    draft = asset(document, "firewall")
    egress = document["SecurityGroupEgress"]
    draft.set("firewall.ingress_open", _open(document, document["SecurityGroupIngress"], "SourcePrefixListId"))
    # A template that names no egress rule keeps the one EC2 makes, to everywhere (AWS::EC2::SecurityGroup, SecurityGroupEgress).
    draft.set(
        "firewall.egress_open", Reading(True, egress.places) if egress.value is None else _open(document, egress, "DestinationPrefixListId")
    )
    draft.set("firewall.directions", ["ingress", "egress"])
    yield draft


def _open(document: Document, rules: Reading, list_member: str) -> Reading:
    tests: list[Reading] = []
    for rule in rules.each():
        tests += [rule.get(member).map(_everything) for member in ("CidrIp", "CidrIpv6")]
        tests.append(rule.get(list_member).map(lambda list_id: _prefix_list(document, list_id)))
    return any_of(tests)


def _everything(block: Any) -> bool:
    return str(block or "").endswith("/0")


def _prefix_list(document: Document, list_id: Any) -> Any:
    """A list of the provider's own names one service's addresses; the entries of other lists are not read."""
    if list_id is None:
        return False
    for entry in document["PrefixLists"].each():
        if entry.unknown:
            return entry.value
        if entry.get("PrefixListId").value == list_id and entry.get("OwnerId").value == "AWS":
            return False
    return Unknown(Reason(ReasonCode.OUT_OF_SCOPE, f"the entries of prefix list {list_id} are not read"))


def _group_canonical(answer: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeSecurityGroups folds many sources into one rule; CloudFormation writes one rule for each."""
    body = {key: answer[key] for key in ("GroupId", "GroupName", "VpcId", "Tags") if key in answer}
    body["GroupDescription"] = answer.get("Description", "")
    body["SecurityGroupIngress"] = _rules(answer.get("IpPermissions"), "Source")
    body["SecurityGroupEgress"] = _rules(answer.get("IpPermissionsEgress"), "Destination")
    return body


def _rules(permissions: Any, side: str) -> list[dict[str, Any]]:
    sources = (
        ("IpRanges", "CidrIp", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
        ("PrefixListIds", "PrefixListId", f"{side}PrefixListId"),
        ("UserIdGroupPairs", "GroupId", f"{side}SecurityGroupId"),
    )
    return [
        {key: permission[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in permission} | {name: entry[member]}
        for permission in permissions or ()
        for many, member, name in sources
        for entry in permission.get(many) or ()
        if member in entry
    ]


def _prefix_list_ids(body: Mapping[str, Any]) -> list[str]:
    rules = [*body["SecurityGroupIngress"], *body["SecurityGroupEgress"]]
    return sorted({rule[name] for rule in rules for name in ("SourcePrefixListId", "DestinationPrefixListId") if name in rule})


# ---------------------------------------------------------------------- declarations


def _list(operation: str, items: str) -> Call:
    return Call(service="ec2", operation=operation, action=f"ec2:{operation}", items=items, page_size=1000)


def _arn(kind: str, id_member: str, arn_member: str = "") -> Callable[[Mapping[str, Any], Place], str]:
    """The ARN that the answer carries (a shared subnet's names its owner), else the one that its id makes."""
    return lambda answer, place: str(answer.get(arn_member) or arn(place, "ec2", f"{kind}/{answer[id_member]}"))


def _id(member: str) -> Callable[[Mapping[str, Any]], str]:
    """References hold ids, so that is what these things are called."""
    return lambda answer: str(answer[member])


_PREFIX_LISTS = Bulk(
    path="PrefixLists",
    call=Call(
        service="ec2",
        operation="DescribeManagedPrefixLists",
        action="ec2:DescribeManagedPrefixLists",
        items="PrefixLists",
        page_size=100,
    ),
    index=lambda entry: str(entry["PrefixListId"]),
    keys=_prefix_list_ids,
    take=lambda entry: {"PrefixListId": entry["PrefixListId"], "OwnerId": entry.get("OwnerId")},
    many=True,
)

_FLOW_LOGS = Bulk(
    path="FlowLogs",
    call=Call(service="ec2", operation="DescribeFlowLogs", action="ec2:DescribeFlowLogs", items="FlowLogs", page_size=1000),
    index=lambda entry: str(entry["ResourceId"]),
    keys=lambda body: [str(body[name]) for name in ("SubnetId", "VpcId") if name in body],
    take=lambda entry: {name: entry.get(name) for name in ("FlowLogStatus", "DeliverLogsStatus")},
    many=True,
)

COLLECTORS = (
    Collector(
        native_type="AWS::EC2::VPCEndpoint",
        asset_type="private_link",
        list=_list("DescribeVpcEndpoints", "VpcEndpoints"),
        identify=_arn("vpc-endpoint", "VpcEndpointId"),
        name=_id("VpcEndpointId"),
        canonical=_endpoint_canonical,
        shape=shape_endpoint,
        facts=GOVERNANCE | {"link.service", "link.available", "link.policy_open", "link.private_dns"},
        live_only=frozenset({"link.available"}),
        relations=frozenset({"attached_to"}),
    ),
    Collector(
        native_type="AWS::EC2::Subnet",
        asset_type="subnet",
        resolves=True,
        list=_list("DescribeSubnets", "Subnets"),
        bulk=(_FLOW_LOGS,),
        identify=_arn("subnet", "SubnetId", "SubnetArn"),
        name=_id("SubnetId"),
        canonical=cfn_names(),
        shape=shape_subnet,
        facts=GOVERNANCE | {"subnet.assigns_public_addresses", "subnet.flows_logged"},
        live_only=frozenset({"subnet.flows_logged"}),
    ),
    Collector(
        native_type="AWS::EC2::SecurityGroup",
        asset_type="firewall",
        resolves=True,
        list=_list("DescribeSecurityGroups", "SecurityGroups"),
        bulk=(_PREFIX_LISTS,),
        identify=_arn("security-group", "GroupId", "SecurityGroupArn"),
        name=_id("GroupId"),
        canonical=_group_canonical,
        shape=shape_group,
        facts=GOVERNANCE | {"firewall.ingress_open", "firewall.egress_open", "firewall.directions"},
    ),
)
