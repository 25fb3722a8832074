"""Q Business: applications, indexes, data sources and plugins."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.aws.documents import edges, seen
from tests.collect.aws.scanning import ACCOUNT, MISSING, OTHER, REGION, is_open, scan, shaped, template
from tests.sim.aws import AwsSim, Estate, build_assistants
from tests.sim.aws.build_account import key_arn

APPLICATION, INDEX = "AWS::QBusiness::Application", "AWS::QBusiness::Index"
SOURCE, PLUGIN = "AWS::QBusiness::DataSource", "AWS::QBusiness::Plugin"
KEY = key_arn(ACCOUNT, REGION, "ml")


@pytest.mark.parametrize(
    ("kind", "required"), [("ANONYMOUS", False), ("AWS_IAM_IDC", True), ("AWS_IAM_IDP_OIDC", True), (None, True), (MISSING, None)]
)
def test_who_signs_in(kind: Any, required: bool | None) -> None:
    value = seen(APPLICATION, {"IdentityType": kind}).facts["auth.required"]
    assert is_open(value) if required is None else value is required


@pytest.mark.parametrize(("word", "on"), [("ENABLED", True), ("DISABLED", False), (None, None)])
def test_switches(word: str | None, on: bool | None) -> None:
    body = {
        "AttachmentsConfiguration": {"AttachmentsControlMode": word},
        "QAppsConfiguration": {"QAppsControlMode": word},
        "PersonalizationConfiguration": {"PersonalizationControlMode": word},
    }
    facts = seen(APPLICATION, body).facts
    for path in ("data.uploads_allowed", "assistant.user_built_apps", "assistant.personalized"):
        assert is_open(facts[path]) if on is None else facts[path] is on


@pytest.mark.parametrize(
    ("scope", "creator", "general"),
    [
        ("ENTERPRISE_CONTENT_ONLY", "DISABLED", False),
        ("ENTERPRISE_CONTENT_ONLY", "ENABLED", True),
        ("EXTENDED_KNOWLEDGE_ENABLED", "DISABLED", True),
        (None, "DISABLED", None),
    ],
)
def test_what_it_answers_from(scope: str | None, creator: str, general: bool | None) -> None:
    controls = {"ResponseScope": scope, "CreatorModeConfiguration": {"CreatorModeControl": creator}}
    value = seen(APPLICATION, {"ChatControls": controls}).facts["assistant.general_knowledge"]
    assert is_open(value) if general is None else value is general


def test_only_a_topic_that_blocks_is_forbidden() -> None:
    topics = [
        {"Name": "advice", "Rules": [{"RuleType": "CONTENT_BLOCKER_RULE"}]},
        {"Name": "travel", "Rules": [{"RuleType": "CONTENT_RETRIEVAL_RULE"}]},
    ]
    controls = {"TopicConfigurations": topics, "BlockedPhrases": {"BlockedPhrases": ["x", "y"]}}
    facts = seen(APPLICATION, {"ChatControls": controls}).facts
    assert (facts["guardrail.denied_topics"], facts["guardrail.words"]) == (1, 2)
    bare = seen(APPLICATION, {"ChatControls": {}}).facts
    assert (bare["guardrail.denied_topics"], bare["guardrail.words"]) == (0, 0)
    assert is_open(seen(APPLICATION, {"ChatControls": MISSING}).facts["guardrail.words"])


def test_accessors_of_other_accounts() -> None:
    accessors = [{"Principal": f"arn:aws:iam::{OTHER}:role/notes"}, {"Principal": f"arn:aws:iam::{ACCOUNT}:role/own"}]
    assert seen(APPLICATION, {"DataAccessors": accessors}).facts["sharing.foreign_accounts"] == [OTHER]
    assert is_open(seen(APPLICATION, {"DataAccessors": [MISSING]}).facts["sharing.foreign_accounts"])


@pytest.mark.parametrize(
    ("sources", "destinations", "recorded"),
    [([], [], False), (["s"], [], False), (["s"], ["arn"], True), ([MISSING], [], None), (["s"], [MISSING], None)],
)
def test_conversations_are_recorded_where_the_log_arrives(sources: list[Any], destinations: list[Any], recorded: bool | None) -> None:
    value = seen(APPLICATION, {"LogSources": sources, "LogDeliveries": destinations}).facts["logging.conversations"]
    assert is_open(value) if recorded is None else value is recorded


@pytest.mark.parametrize(
    ("kind", "product", "external"),
    [
        ("S3", "s3", False),
        ("SHAREPOINTV2", "sharepoint", True),
        ("WEBCRAWLER", "webcrawler", True),
        ("CUSTOM", "custom", False),
        (None, None, None),
    ],
)
def test_whose_service_a_source_reads(kind: str | None, product: str | None, external: bool | None) -> None:
    facts = seen(SOURCE, {"Type": kind}).facts
    if product is None:
        assert is_open(facts["connection.product"])
        assert is_open(facts["connection.external"])
    else:
        assert (facts["connection.product"], facts["connection.external"]) == (product, external)


@pytest.mark.parametrize(
    ("kind", "limits", "limited"),
    [
        ("S3", {"inclusionPrefixes": ["docs/"]}, True),
        ("S3", {"inclusionPatterns": ["*.pdf"]}, True),
        ("S3", {"exclusionPrefixes": ["tmp/"], "inclusionPrefixes": []}, False),
        ("S3", None, False),
        ("JIRA", {"inclusionPrefixes": ["x"]}, None),
    ],
)
def test_how_much_a_source_reads(kind: str, limits: Any, limited: bool | None) -> None:
    value = seen(SOURCE, {"Type": kind, "Configuration": {"additionalProperties": limits}}).facts["data.scope_limited"]
    assert is_open(value) if limited is None else value is limited


def test_a_source_in_a_network_of_the_customers() -> None:
    body = {
        "Type": "S3",
        "IndexId": "i",
        "RoleArn": "arn:role",
        "VpcConfiguration": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "Configuration": {"connectionConfiguration": {"repositoryEndpointMetadata": {"BucketName": "b"}}},
    }
    draft = seen(SOURCE, body)
    assert draft.facts["network.private_network"] is True
    assert edges(draft) == {
        ("attached_to", "subnet-1"),
        ("attached_to", "sg-1"),
        ("part_of", "i"),
        ("reads_from", "b"),
        ("runs_as", "arn:role"),
    }
    assert seen(SOURCE, {"Type": "S3"}).facts["network.private_network"] is False


def test_a_source_in_a_template_says_its_kind_in_its_configuration() -> None:
    draft = shaped(template(SOURCE, {"Configuration": {"type": "S3", "additionalProperties": {"inclusionPrefixes": ["x"]}}}))
    assert draft.facts["connection.product"] == "s3"
    assert draft.facts["data.scope_limited"] is True


@pytest.mark.parametrize(
    ("sign_in", "anonymous", "shared"),
    [
        ({"NoAuthConfiguration": {}}, True, False),
        ({"BasicAuthConfiguration": {"SecretArn": "arn", "RoleArn": "arn"}}, False, True),
        ({"OAuth2ClientCredentialConfiguration": {"SecretArn": "arn"}}, False, False),
        (MISSING, None, None),
    ],
)
def test_how_a_plugin_signs_in(sign_in: Any, anonymous: bool | None, shared: bool | None) -> None:
    facts = seen(PLUGIN, {"AuthConfiguration": sign_in, "Type": "CUSTOM"}).facts
    for path, expected in (("connection.anonymous", anonymous), ("connection.shared_key", shared)):
        assert is_open(facts[path]) if expected is None else facts[path] is expected


@pytest.mark.parametrize(("kind", "external"), [("CUSTOM", False), ("QUICKSIGHT", False), ("JIRA_CLOUD", True)])
def test_whose_product_a_plugin_acts_in(kind: str, external: bool) -> None:
    facts = seen(PLUGIN, {"Type": kind}).facts
    assert (facts["connection.product"], facts["connection.external"]) == (kind.lower(), external)


def estate() -> Estate:
    result = Estate(regions=[REGION])
    result.role(ACCOUNT, "q").key(ACCOUNT, REGION, "ml")
    build_assistants.application(result, ACCOUNT, REGION, "app", encryptionConfiguration={"kmsKeyId": KEY}, tags={"owner": "ml"})
    build_assistants.log_delivery(result, ACCOUNT, REGION, build_assistants.application_arn(ACCOUNT, REGION, "app"), "EVENT_LOGS")
    build_assistants.q_index(result, ACCOUNT, REGION, "app", "docs")
    build_assistants.q_source(result, ACCOUNT, REGION, "app", "docs", "wiki", kind="CONFLUENCEV2", roleArn=f"arn:aws:iam::{ACCOUNT}:role/q")
    build_assistants.plugin(result, ACCOUNT, REGION, "app", "weather", kind="CUSTOM", sign_in={"noAuthConfiguration": {}})
    return result


def test_an_application_as_it_is_read(sim: AwsSim) -> None:
    found = scan(sim, estate())
    assert found.gaps == []
    app, index, source, plugin = (found.one(kind) for kind in (APPLICATION, INDEX, SOURCE, PLUGIN))
    assert app.facts["encryption.customer_key"] is app.facts["logging.conversations"] is app.facts["governance.owner"] is True
    assert {r.target for r in index.relations} == {r.target for r in plugin.relations} == {app.id}
    assert index.id in {r.target for r in source.relations if r.kind == "part_of"}
    assert plugin.facts["connection.anonymous"] is True
    assert (source.name, source.facts["connection.product"]) == ("wiki", "confluence")


def test_what_lies_below_applications_that_could_not_be_listed_is_not_said_to_be_missing(sim: AwsSim) -> None:
    found = scan(sim, estate().fault(op="ListApplications", kind="denied"))
    (gap,) = found.gaps
    assert {APPLICATION, INDEX, SOURCE, PLUGIN} == set(gap.affects)
