"""VPC endpoints, subnets and security groups, live and in templates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.scanning import ACCOUNT, OTHER, REGION, assert_same_facts, misspelt, scan, shaped, template
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import role_arn, security_group_id, subnet_id, vpc_id
from zscan.collect.aws.ec2 import service_of
from zscan.model.asset import Draft
from zscan.model.unknown import ReasonCode, Unknown, Unresolved

ENDPOINT, SUBNET, GROUP = "AWS::EC2::VPCEndpoint", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"
OPEN = {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}
CLOSED = {"Statement": [{**OPEN["Statement"][0], "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}]}
GROUP_IDS = [security_group_id(ACCOUNT, REGION, "endpoints")]
SUBNET_IDS = [subnet_id(ACCOUNT, REGION, "private")]


# ---- VPC endpoints


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("com.amazonaws.us-east-1.bedrock-runtime", "bedrock-runtime"),
        ("com.amazonaws.us-east-1.sagemaker.runtime", "sagemaker.runtime"),
        ("aws.sagemaker.eu-west-1.studio", "sagemaker.studio"),
        ("cn.com.amazonaws.cn-north-1.sagemaker.api", "sagemaker.api"),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0123", "us-east-1.vpce-svc-0123"),
        ("nonsense", ""),
    ],
)
def test_service_names(name: str, service: str) -> None:
    assert service_of(name) == service


@pytest.mark.parametrize(("policy", "is_open"), [(OPEN, True), (CLOSED, False)])
def test_endpoint_live_and_in_a_template(sim: AwsSim, policy: Any, is_open: bool) -> None:
    found = scan(sim, Estate().vpc_endpoint(ACCOUNT, REGION, "bedrock-runtime", policy=policy, tags={"owner": "net"}))
    live = found.one(ENDPOINT)
    assert found.gaps == []
    assert live.facts["link.service"] == "bedrock-runtime"
    assert live.facts["link.available"] is True
    assert live.facts["link.policy_open"] is is_open
    assert live.facts["link.private_dns"] is True
    assert live.id == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-endpoint/{live.name}"
    body = {
        "ServiceName": f"com.amazonaws.{REGION}.bedrock-runtime",
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "PolicyDocument": policy,
        "PrivateDnsEnabled": True,
        "SubnetIds": SUBNET_IDS,
        "SecurityGroupIds": GROUP_IDS,
        "Tags": [{"Key": "owner", "Value": "net"}],
    }
    assert_same_facts(live, body)


def test_only_endpoints_that_ai_uses_are_kept(sim: AwsSim) -> None:
    estate = Estate()
    for service in (
        "s3",
        "kms",
        "sts",
        "ssm",
        "ec2messages",
        "bedrock-agentcore.gateway",
        "sagemaker.api",
        "elasticloadbalancing",
        "qldb.session",
        "q",
    ):
        estate.vpc_endpoint(ACCOUNT, REGION, service)
    services = {draft.facts["link.service"] for draft in scan(sim, estate).all(ENDPOINT)}
    assert services == {"s3", "kms", "sts", "bedrock-agentcore.gateway", "sagemaker.api", "q"}


def test_an_endpoint_of_an_unknown_service_is_kept() -> None:
    draft = shaped(template(ENDPOINT, {"ServiceName": Unresolved("!Ref Service")}))
    assert isinstance(draft.facts["link.service"], Unknown)


def link(**body: Any) -> dict[str, Any]:
    return shaped(template(ENDPOINT, {"ServiceName": "com.amazonaws.us-east-1.s3", **body})).facts


def test_defaults_of_a_template() -> None:
    facts = link()
    assert facts["link.policy_open"] is True, "an unset policy is the one that allows everything"
    assert facts["link.private_dns"] is True, "a gateway needs no private name"
    assert facts["link.available"].reasons[0].code is ReasonCode.NO_FILE_FORM


@pytest.mark.parametrize(
    ("setting", "answer"), [(True, True), (False, False), ("true", True), (None, Unknown), (Unresolved("!Ref Dns"), Unknown)]
)
def test_private_names_of_an_interface(setting: Any, answer: Any) -> None:
    found = link(VpcEndpointType="Interface", PrivateDnsEnabled=setting)["link.private_dns"]
    assert isinstance(found, Unknown) if answer is Unknown else found is answer


def test_an_unread_policy_is_unknown() -> None:
    assert isinstance(link(PolicyDocument=Unresolved("!Ref Policy"))["link.policy_open"], Unknown)


def test_a_pending_endpoint_is_not_available(sim: AwsSim) -> None:
    live = scan(sim, Estate().vpc_endpoint(ACCOUNT, REGION, "s3", State="pendingAcceptance")).one(ENDPOINT)
    assert live.facts["link.available"] is False


# ---- subnets and security groups, read where something refers to them


def estate(**group: Any) -> Estate:
    base = Estate().role(ACCOUNT, "ml").subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml", **group)
    ids = {"SubnetId": subnet_id(ACCOUNT, REGION, "private"), "SecurityGroups": [security_group_id(ACCOUNT, REGION, "ml")]}
    return base.notebook(ACCOUNT, REGION, "n", RoleArn=role_arn(ACCOUNT, "ml"), **ids)


def test_nothing_is_read_that_nobody_refers_to(sim: AwsSim) -> None:
    alone = Estate().subnet(ACCOUNT, REGION, "private").security_group(ACCOUNT, REGION, "ml")
    found = scan(sim, alone)
    assert found.all(SUBNET) == found.all(GROUP) == []
    assert not {"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"} & set(sim.operations())


def test_one_listing_for_many_references(sim: AwsSim) -> None:
    many = estate()
    for number in range(20):
        many.notebook(ACCOUNT, REGION, f"n{number}", RoleArn=role_arn(ACCOUNT, "ml"), SubnetId=subnet_id(ACCOUNT, REGION, "private"))
    scan(sim, many)
    assert sim.operations().count("ec2:DescribeSubnets") == 1


@pytest.mark.parametrize(
    ("live", "body", "public"),
    [
        ({}, {}, False),
        ({"MapPublicIpOnLaunch": True}, {"MapPublicIpOnLaunch": True}, True),
        ({"AssignIpv6AddressOnCreation": True}, {"AssignIpv6AddressOnCreation": "true"}, True),
    ],
)
def test_subnet_live_and_in_a_template(sim: AwsSim, live: dict[str, Any], body: dict[str, Any], public: bool) -> None:
    with_subnet = Estate().subnet(ACCOUNT, REGION, "private", **live)
    with_subnet.notebook(ACCOUNT, REGION, "n", SubnetId=subnet_id(ACCOUNT, REGION, "private"))
    draft = scan(sim, with_subnet).one(SUBNET)
    assert draft.facts["subnet.assigns_public_addresses"] is public
    assert_same_facts(draft, body)


@pytest.mark.parametrize(
    ("logs", "logged"),
    [
        ([], False),
        ([{}], True),
        ([{"ResourceId": "vpc"}], True),
        ([{"ResourceId": "subnet-0000000000000000f"}], False),
        ([{"FlowLogStatus": "INACTIVE"}], False),
        ([{"DeliverLogsStatus": "FAILED"}], False),
        ([{"DeliverLogsStatus": "FAILED"}, {"ResourceId": "vpc"}], True),
    ],
)
def test_flows_are_recorded_by_the_subnet_or_its_network(sim: AwsSim, logs: list[dict[str, str]], logged: bool) -> None:
    own = subnet_id(ACCOUNT, REGION, "private")
    estate = Estate().subnet(ACCOUNT, REGION, "private").notebook(ACCOUNT, REGION, "n", SubnetId=own)
    for log in logs:
        place = {"vpc": vpc_id(ACCOUNT, REGION)}.get(log.get("ResourceId", ""), log.get("ResourceId", own))
        estate.flow_log(ACCOUNT, REGION, own, **{**log, "ResourceId": place})
    assert scan(sim, estate).one(SUBNET).facts["subnet.flows_logged"] is logged


def test_unread_flow_logs_are_unknown(sim: AwsSim) -> None:
    own = subnet_id(ACCOUNT, REGION, "private")
    estate = Estate(deny_actions=["ec2:DescribeFlowLogs"]).subnet(ACCOUNT, REGION, "private").notebook(ACCOUNT, REGION, "n", SubnetId=own)
    assert isinstance(scan(sim, estate).one(SUBNET).facts["subnet.flows_logged"], Unknown)


def test_a_shared_subnet_keeps_its_owners_arn(sim: AwsSim) -> None:
    own = subnet_id(ACCOUNT, REGION, "private")
    arn = f"arn:aws:ec2:{REGION}:{OTHER}:subnet/{own}"
    shared = Estate().subnet(ACCOUNT, REGION, "private", OwnerId=OTHER, SubnetArn=arn).notebook(ACCOUNT, REGION, "n", SubnetId=own)
    found = scan(sim, shared)
    assert found.one(SUBNET).id == arn
    assert [r.target for r in found.one("AWS::SageMaker::NotebookInstance").relations if r.kind == "attached_to"] == [arn]


def rule(**sources: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **sources}


ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
GROUPS: list[Any] = [
    ([], [], [], [], False, False),
    ([rule(**ANYWHERE)], [], [rule(CidrIp="0.0.0.0/0")], [], True, False),
    ([rule(Ipv6Ranges=[{"CidrIpv6": "::/0"}])], [], [rule(CidrIpv6="::/0")], [], True, False),
    ([], [{"IpProtocol": "-1", **ANYWHERE}], [], [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}], False, True),
    (
        [rule(UserIdGroupPairs=[{"GroupId": "sg-2"}], IpRanges=[{"CidrIp": "10.0.0.0/8"}])],
        [rule(IpRanges=[{"CidrIp": "10.0.0.0/8"}])],
        [rule(SourceSecurityGroupId="sg-2"), rule(CidrIp="10.0.0.0/8")],
        [rule(CidrIp="10.0.0.0/8")],
        False,
        False,
    ),
]


@pytest.mark.parametrize(("ingress", "egress", "cfn_ingress", "cfn_egress", "ingress_open", "egress_open"), GROUPS)
def test_group_live_and_in_a_template(
    sim: AwsSim, ingress: Any, egress: Any, cfn_ingress: Any, cfn_egress: Any, ingress_open: Any, egress_open: Any
) -> None:
    found = scan(sim, estate(ingress=ingress, IpPermissionsEgress=egress))
    live = found.one(GROUP)
    assert found.gaps == []
    assert live.facts["firewall.ingress_open"] is ingress_open
    assert live.facts["firewall.egress_open"] is egress_open
    assert live.facts["firewall.directions"] == ["ingress", "egress"]
    assert_same_facts(live, {"GroupDescription": "x", "SecurityGroupIngress": cfn_ingress, "SecurityGroupEgress": cfn_egress})


def test_a_template_without_egress_rules_reaches_everything() -> None:
    facts = shaped(template(GROUP, {"GroupDescription": "x"})).facts
    assert facts["firewall.egress_open"] is True
    assert facts["firewall.ingress_open"] is False


def through_list(sim: AwsSim, owner: str | None, **more: Any) -> tuple[Draft, list[Any]]:
    egress = [rule(PrefixListIds=[{"PrefixListId": "pl-1"}])]
    with_list = estate(IpPermissionsEgress=egress)
    if owner:
        with_list.put(ACCOUNT, REGION, "ec2", "DescribeManagedPrefixLists", {"PrefixLists": [{"PrefixListId": "pl-1", "OwnerId": owner}]})
    with_list.document.update(more)
    found = scan(sim, with_list)
    return found.one(GROUP), found.gaps


def test_a_list_of_the_providers_own_is_one_service(sim: AwsSim) -> None:
    draft, gaps = through_list(sim, "AWS")
    assert draft.facts["firewall.egress_open"] is False
    assert gaps == []


@pytest.mark.parametrize("owner", [ACCOUNT, None])
def test_a_list_of_somebody_elses_may_hold_anything(sim: AwsSim, owner: str | None) -> None:
    draft, gaps = through_list(sim, owner)
    assert isinstance(draft.facts["firewall.egress_open"], Unknown)
    assert gaps == []


def test_refused_prefix_lists(sim: AwsSim) -> None:
    draft, gaps = through_list(sim, "AWS", deny_actions=["ec2:DescribeManagedPrefixLists"])
    assert isinstance(draft.facts["firewall.egress_open"], Unknown)
    assert [gap.permission for gap in gaps] == ["ec2:DescribeManagedPrefixLists"]


def test_refused_groups_are_a_gap_and_the_subnet_stays(sim: AwsSim) -> None:
    refused = estate()
    refused.document["deny_actions"] = ["ec2:DescribeSecurityGroups"]
    found = scan(sim, refused)
    assert found.all(GROUP) == []
    assert found.one(SUBNET)
    assert [(gap.permission, gap.affects) for gap in found.gaps] == [("ec2:DescribeSecurityGroups", (GROUP,))]


def test_unresolved_sources_in_a_template() -> None:
    facts = shaped(template(GROUP, {"SecurityGroupIngress": [rule(CidrIp=Unresolved("!Ref Block"))], "SecurityGroupEgress": []})).facts
    assert isinstance(facts["firewall.ingress_open"], Unknown)
    assert facts["firewall.egress_open"] is False


def test_templates_use_cloudformations_names() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    ends = {
        "ServiceName": "x",
        "VpcEndpointType": "Gateway",
        "PolicyDocument": OPEN,
        "PrivateDnsEnabled": True,
        "SubnetIds": [],
        "SecurityGroupIds": [],
    }
    rules = {
        "SecurityGroupIngress": [rule(SourcePrefixListId="pl-1", CidrIpv6="::/0")],
        "SecurityGroupEgress": [rule(DestinationPrefixListId="pl-1")],
    }
    assert misspelt(ENDPOINT, ends) == []
    assert misspelt(SUBNET, {"MapPublicIpOnLaunch": True, "AssignIpv6AddressOnCreation": True}) == []
    assert misspelt(GROUP, rules) == []
