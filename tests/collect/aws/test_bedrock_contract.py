"""What holds for every Bedrock collector, and the small driver that the other Bedrock tests use."""

from __future__ import annotations

import atexit
import itertools
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import pytest
from policy_sentry.querying.actions import get_actions_for_service

from tests.sim.aws.build_account import key_arn
from tests.sim.aws.build_bedrock import FOUNDATION_MODEL, foundation_model_arn, guardrail_id
from tests.sim.aws.build_bedrock_more import custom_model_arn, prompt_node
from tests.sim.aws.estates import Estate
from tests.sim.aws.process import AwsSim
from zscan.collect import Collector, Place, collectors
from zscan.collect.journal import Journal
from zscan.collect.redact import redact
from zscan.collect.run import Coordinator, Gathered
from zscan.collect.tasks import Identity, perform
from zscan.model.asset import Draft
from zscan.model.document import Document
from zscan.model.source import ApiSource
from zscan.model.unknown import Reason, ReasonCode, Unknown

ACCOUNT, REGION = "111122223333", "us-east-1"
BEDROCK: tuple[Collector, ...] = tuple(c for c in collectors("aws") if c.native_type.startswith("AWS::Bedrock::"))
TYPES = {c.native_type: c for c in BEDROCK}
_runs = itertools.count()


@cache
def _simulator() -> AwsSim:
    sim = AwsSim().__enter__()
    atexit.register(sim.close)
    return sim


@dataclass(frozen=True)
class Scanned:
    gathered: Gathered
    calls: list[dict[str, Any]]

    def of(self, native_type: str) -> list[Draft]:
        return [draft for draft in self.gathered.drafts if draft.native_type == f"AWS::Bedrock::{native_type}"]

    def one(self, native_type: str) -> Draft:
        (draft,) = self.of(native_type)
        return draft

    def gaps(self) -> set[tuple[str, str, str]]:
        return {(gap.call, str(gap.reason), gap.permission) for gap in self.gathered.gaps.values()}


def scan(estate: Estate) -> Scanned:
    """Read the Bedrock part of an estate with the real SDK over HTTP."""
    sim = _simulator()
    sim.set_estate(estate)
    identity = Identity("aws", run=f"bedrock-{next(_runs)}")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as executor:
        for name, value in sim.env(account=ACCOUNT, region=REGION).items():
            patch.setenv(name, value)
        coordinator = Coordinator(
            collectors=BEDROCK,
            places=[Place("aws", ACCOUNT), Place("aws", ACCOUNT, REGION)],
            identities={ACCOUNT: identity},
            executor=executor,
            perform=perform,
            journal=Journal(),
        )
        gathered = coordinator.run()
    sim.assert_read_only()
    return Scanned(gathered, sim.calls())


class _Origin:
    def at(self, path: tuple[str | int, ...]) -> ApiSource:
        return ApiSource("template", "".join(f"/{step}" for step in path))


def shaped(native_type: str, body: Mapping[str, Any], view: Any = "declared") -> Draft:
    """The draft of a document with the given properties, as a template loader would hand it over."""
    document = Document(
        id="stack.yaml#Thing",
        native_type=f"AWS::Bedrock::{native_type}",
        name=str(body.get("Name") or body.get("AgentName") or "Thing"),
        provider="aws",
        body=redact(body),
        origin=_Origin(),
        view=view,
        unit="stack.yaml",
    )
    (draft,) = TYPES[f"AWS::Bedrock::{native_type}"].shape(document)
    assert isinstance(draft, Draft)
    return draft


def facts(draft: Draft) -> dict[str, Any]:
    """The facts that templates state too."""
    hidden = TYPES[draft.native_type].live_only
    return {path: value for path, value in draft.facts.items() if path not in hidden}


def edges(draft: Draft) -> set[tuple[str, Any]]:
    return {(reference.relation, "?" if isinstance(reference.key, Unknown) else reference.key) for reference in draft.references}


def full_estate() -> Estate:
    """One of each type, with as many settings as its facts read."""
    key = key_arn(ACCOUNT, REGION, "ml")
    estate = Estate(regions=[REGION])
    estate.guardrail(ACCOUNT, REGION, "guard", tags={"owner": "ml"}, kmsKeyArn=key)
    estate.custom_model(ACCOUNT, REGION, "tuned", modelKmsKeyArn=key).provisioned_throughput(ACCOUNT, REGION, "reserved")
    estate.invocation_logging(ACCOUNT, REGION, bucket="ml-logs", log_group="/bedrock").metric(
        ACCOUNT, REGION, "AWS/Bedrock", "Invocations", ModelId="m"
    )
    estate.knowledge_base(ACCOUNT, REGION, "handbook", buckets=("ml-docs",))
    estate.agent(
        ACCOUNT,
        REGION,
        "helper",
        aliases=(),
        actions={"orders": {}},
        knowledge_bases=("handbook",),
        guardrail="guard",
        customerEncryptionKeyArn=key,
        foundationModel=f"us.{FOUNDATION_MODEL}",
    )
    return _more(estate)


def _more(estate: Estate) -> Estate:
    a, r = ACCOUNT, REGION
    guard = {"guardrailIdentifier": guardrail_id(a, r, "guard"), "guardrailVersion": "1"}
    estate.hosted_model(a, r).system_profile(a, r, f"us.{FOUNDATION_MODEL}", regions=("us-east-1", "us-west-2"))
    estate.flow(a, r, "chain", nodes=(prompt_node("Answer", guardrail=guard),)).prompt(a, r, "summary").inference_profile(a, r, "billing")
    estate.prompt_router(a, r, "cheapest", models=(foundation_model_arn(r),)).reasoning_policy(a, r, "leave")
    estate.imported_model(a, r, "llama", bucket="ml-docs").model_deployment(a, r, "tuned", model=custom_model_arn(a, r, "tuned"))
    estate.marketplace_endpoint(a, r, "vendor").batch_job(a, r, "nightly", bucket="ml-docs").automation_project(a, r, "invoices")
    metrics = ("Builtin.Toxicity",)
    return estate.evaluation_job(a, r, "gate", model=custom_model_arn(a, r, "tuned"), metrics=metrics, bucket="ml-docs")


@pytest.fixture(scope="module")
def full() -> Scanned:
    return scan(full_estate())


# newer than the copy of the Service Authorization Reference at hand
_UNPUBLISHED = {"bedrock:GetAccountDataRetention"}
_OPERATIONS = sorted({call.id: call for collector in BEDROCK for call in collector.calls()}.items())


def test_every_type_is_found(full: Scanned) -> None:
    assert {draft.native_type for draft in full.gathered.drafts} == set(TYPES)
    assert not full.gathered.gaps


@pytest.mark.parametrize("native_type", sorted(TYPES))
def test_offers_are_exactly_what_the_shape_states(full: Scanned, native_type: str) -> None:
    collector = TYPES[native_type]
    for draft in full.of(native_type.rsplit("::", 1)[1]):
        assert set(draft.facts) == collector.facts
        assert {reference.relation for reference in draft.references} <= collector.relations
        assert draft.freeze().type == collector.asset_type


@pytest.mark.parametrize(("operation", "call"), _OPERATIONS)
def test_calls_are_reads_that_exist(operation: str, call: Any) -> None:
    model = botocore.session.get_session().get_service_model(call.service).operation_model(call.operation)
    assert call.operation.startswith(("Get", "List", "Describe")), operation
    assert set(call.absent) <= {shape.name for shape in model.error_shapes}
    service = call.action.partition(":")[0]
    assert call.action in get_actions_for_service(service) or call.action in _UNPUBLISHED
    limit = model.input_shape.members.get("maxResults") if model.input_shape else None
    assert call.page_size <= (limit.metadata["max"] if limit else 100)


_DENIALS = {
    "AccountDataRetention": "GetAccountDataRetention",
    "AutomatedReasoningPolicy": "GetAutomatedReasoningPolicy",
    "DataAutomationProject": "GetDataAutomationProject",
    "EnforcedGuardrails": "ListEnforcedGuardrailsConfiguration",
    "EvaluationJob": "GetEvaluationJob",
    "Flow": "GetFlow",
    "ImportedModel": "GetImportedModel",
    "MarketplaceModelEndpoint": "GetMarketplaceModelEndpoint",
    "Prompt": "GetPrompt",
    "SystemInferenceProfile": "GetInferenceProfile",
    "Guardrail": "GetGuardrail",
    "CustomModel": "GetCustomModel",
    "ModelInvocationLogging": "GetModelInvocationLoggingConfiguration",
    "Agent": "GetAgent",
    "KnowledgeBase": "GetKnowledgeBase",
    "DataSource": "GetDataSource",
}
# What the listing, the tags or another part say although the thing's own read is refused.
_TAGS = {"governance.owner", "governance.environment", "governance.classification"}
_STILL_KNOWN: dict[str, set[str]] = {
    "AccountDataRetention": set(),
    "AutomatedReasoningPolicy": _TAGS,
    "DataAutomationProject": _TAGS,
    "EnforcedGuardrails": set(),
    "EvaluationJob": _TAGS | {"evaluation.completed"},
    "Flow": _TAGS,
    "ImportedModel": _TAGS,
    "MarketplaceModelEndpoint": {"artefact.marketplace"},
    "Prompt": _TAGS,
    "SystemInferenceProfile": set(),
    "Guardrail": {"guardrail.ready", "governance.owner", "governance.environment", "governance.classification"},
    "CustomModel": {"governance.owner", "governance.environment", "governance.classification"},
    "ModelInvocationLogging": {"scope.ai_in_use"},
    "Agent": {"agent.tools", "agent.history_relayed", "governance.owner", "governance.environment", "governance.classification"},
    "KnowledgeBase": {"governance.owner", "governance.environment", "governance.classification", "logging.service_log"},
    "DataSource": set(),
}


@pytest.mark.parametrize("native_type", sorted(_DENIALS))
def test_a_refused_read_leaves_the_asset_and_unknown_facts(native_type: str) -> None:
    operation = _DENIALS[native_type]
    estate = full_estate().fault(op=operation, kind="denied")
    scanned = scan(_unguarded(estate) if native_type == "Agent" else estate)
    draft = scanned.one(native_type)
    assert {path for path, value in draft.facts.items() if not _unread(value)} == _STILL_KNOWN[native_type]
    assert set(draft.facts) == TYPES[draft.native_type].facts
    assert {permission for call, reason, permission in scanned.gaps() if call.endswith(operation)} == {f"bedrock:{operation}"}
    draft.freeze()


def _unread(value: Any) -> bool:
    """Nothing known: an Unknown, or a list of which not one element was read."""
    return isinstance(value, Unknown) or (isinstance(value, list) and bool(value) and all(isinstance(item, Unknown) for item in value))


def _unguarded(estate: Estate) -> Estate:
    """The listing of agents repeats the guardrail; without it nothing of the guard is known."""
    for summary in estate.at(ACCOUNT, REGION, "bedrock-agent").operations["ListAgents"]["agentSummaries"]:
        summary.pop("guardrailConfiguration")
    return estate


@pytest.mark.parametrize(
    "operation", ["ListGuardrails", "ListCustomModels", "ListProvisionedModelThroughputs", "ListAgents", "ListKnowledgeBases"]
)
def test_a_listing_cut_short_keeps_what_was_read_and_leaves_a_gap(operation: str) -> None:
    estate = Estate(regions=[REGION], page_size=1)
    for name in ("first", "second"):
        estate.guardrail(ACCOUNT, REGION, name).custom_model(ACCOUNT, REGION, name).provisioned_throughput(ACCOUNT, REGION, name)
        estate.agent(ACCOUNT, REGION, name).knowledge_base(ACCOUNT, REGION, name)
    estate.fault(op=operation, page=2, kind="denied")
    scanned = scan(estate)
    kind = {"ListAgents": "Agent", "ListKnowledgeBases": "KnowledgeBase", "ListGuardrails": "Guardrail", "ListCustomModels": "CustomModel"}
    found = scanned.of(kind.get(operation, "ProvisionedModelThroughput"))
    assert [draft.name for draft in found] == ["first"]
    assert {reason for call, reason, _ in scanned.gaps() if call.endswith(operation)} == {"DENIED"}


def test_a_refused_listing_of_knowledge_bases_hides_their_sources_too() -> None:
    scanned = scan(full_estate().fault(op="ListKnowledgeBases", kind="denied"))
    (gap,) = scanned.gathered.gaps.values()
    assert set(gap.affects) == {"AWS::Bedrock::KnowledgeBase", "AWS::Bedrock::DataSource"}


def test_an_absent_thing_is_no_asset_and_no_gap() -> None:
    estate = full_estate()
    estate.at(ACCOUNT, REGION, "bedrock").operations["GetGuardrail"] = []
    scanned = scan(estate)
    assert scanned.of("Guardrail") == scanned.of("GuardrailVersion") == []
    assert not scanned.gathered.gaps


# ---- losing evidence never makes a verdict

_RICH: dict[str, dict[str, Any]] = {
    "Flow": {
        "Id": "FLOW",
        "ExecutionRoleArn": "arn:aws:iam::111122223333:role/r",
        "CustomerEncryptionKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k",
        "Definition": {
            "Nodes": [
                {
                    "Name": "Answer",
                    "Type": "Prompt",
                    "Configuration": {
                        "Prompt": {
                            "GuardrailConfiguration": {"GuardrailIdentifier": "g", "GuardrailVersion": "1"},
                            "SourceConfiguration": {"Resource": {"PromptArn": "arn:aws:bedrock:us-east-1:111122223333:prompt/P:1"}},
                        }
                    },
                },
                {"Name": "Find", "Type": "KnowledgeBase", "Configuration": {"KnowledgeBase": {"KnowledgeBaseId": "KB", "ModelId": "a.b"}}},
                {"Name": "Code", "Type": "InlineCode", "Configuration": {"InlineCode": {"Code": "x", "Language": "Python_3"}}},
                {
                    "Name": "Again",
                    "Type": "Loop",
                    "Configuration": {"Loop": {"Definition": {"Nodes": [{"Name": "End", "Type": "Output"}]}}},
                },
            ]
        },
        "Aliases": [{"RoutingConfiguration": [{"FlowVersion": "1"}]}],
        "Versions": [{"Version": "1", "ExecutionRoleArn": "r", "CustomerEncryptionKeyArn": "k", "Definition": {"Nodes": []}}],
    },
    "Prompt": {
        "CustomerEncryptionKeyArn": "k",
        "Variants": [{"ModelId": "a.b", "TemplateConfiguration": {"Chat": {"System": [{"Text": "Be brief."}], "Messages": []}}}],
    },
    "DataAutomationProject": {
        "KmsKeyId": "k",
        "OverrideConfiguration": {
            "Document": {"SensitiveDataConfiguration": {"DetectionMode": "DETECTION_AND_REDACTION"}},
            "Image": {"ModalityProcessing": {"State": "DISABLED"}},
        },
    },
    "EnforcedGuardrails": {
        "GuardrailsConfig": [
            {
                "ConfigId": "c",
                "GuardrailArn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/g",
                "GuardrailVersion": "1",
                "InputTags": "IGNORE",
                "ModelEnforcement": {"IncludedModels": ["ALL"], "ExcludedModels": []},
            }
        ]
    },
    "Guardrail": {
        "KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k",
        "Status": "READY",
        "ContentPolicyConfig": {
            "FiltersConfig": [{"Type": "HATE", "InputStrength": "HIGH", "OutputStrength": "LOW", "InputAction": "BLOCK"}]
        },
        "TopicPolicyConfig": {"TopicsConfig": [{"Name": "n", "Definition": "d", "Type": "DENY"}]},
        "WordPolicyConfig": {"WordsConfig": [{"Text": "w"}], "ManagedWordListsConfig": [{"Type": "PROFANITY"}]},
        "SensitiveInformationPolicyConfig": {
            "PiiEntitiesConfig": [{"Type": "EMAIL", "Action": "ANONYMIZE"}],
            "RegexesConfig": [{"Name": "id", "Pattern": "x", "Action": "BLOCK"}],
        },
        "ContextualGroundingPolicyConfig": {"FiltersConfig": [{"Type": "GROUNDING", "Threshold": 0.8}]},
    },
    "Agent": {
        "AgentId": "AGENT",
        "Instruction": "Be brief.",
        "AgentResourceRoleArn": "arn:aws:iam::111122223333:role/r",
        "CustomerEncryptionKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k",
        "AgentCollaboration": "SUPERVISOR",
        "AgentCollaborators": [{"CollaborationInstruction": "help", "RelayConversationHistory": "DISABLED"}],
        "GuardrailConfiguration": {"GuardrailIdentifier": "g", "GuardrailVersion": "1"},
        "Aliases": [{"RoutingConfiguration": [{"AgentVersion": "1"}]}],
        "Versions": [{"AgentVersion": "1", "GuardrailConfiguration": {"GuardrailIdentifier": "g", "GuardrailVersion": "1"}}],
        "ActionGroups": [
            {
                "ActionGroupName": "orders",
                "ActionGroupExecutor": {"Lambda": "arn:aws:lambda:us-east-1:111122223333:function:f"},
                "FunctionSchema": {"Functions": [{"Name": "cancel", "RequireConfirmation": "ENABLED"}]},
            },
            {"ActionGroupName": "code", "ParentActionGroupSignature": "AMAZON.CodeInterpreter"},
        ],
        "KnowledgeBases": [{"KnowledgeBaseId": "KB", "KnowledgeBaseState": "ENABLED"}],
        "PromptOverrideConfiguration": {
            "PromptConfigurations": [{"PromptCreationMode": "DEFAULT", "BasePromptTemplate": "t", "ParserMode": "DEFAULT"}]
        },
        "MemoryConfiguration": {"EnabledMemoryTypes": ["SESSION_SUMMARY"], "StorageDays": 7},
        "IdleSessionTTLInSeconds": 600,
    },
    "KnowledgeBase": {
        "RoleArn": "arn:aws:iam::111122223333:role/r",
        "KnowledgeBaseConfiguration": {
            "Type": "MANAGED",
            "ManagedKnowledgeBaseConfiguration": {
                "ServerSideEncryptionConfiguration": {"KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k"}
            },
        },
    },
    "DataSource": {
        "KnowledgeBaseId": "KB",
        "DataDeletionPolicy": "DELETE",
        "ServerSideEncryptionConfiguration": {"KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k"},
        "DataSourceConfiguration": {
            "Type": "S3",
            "S3Configuration": {"BucketArn": "arn:aws:s3:::b", "InclusionPrefixes": ["docs/"], "BucketOwnerAccountId": "111122223333"},
        },
    },
    "ModelInvocationLogging": {
        "S3Config": {"BucketName": "b"},
        "CloudWatchConfig": {"LogGroupName": "g"},
        "TextDataDeliveryEnabled": True,
        "UsageMetrics": [{"MetricName": "Invocations"}],
    },
    "CustomModel": {
        "ModelKmsKeyArn": "k",
        "BaseModelArn": "b",
        "TrainingDataConfig": {"S3Uri": "s3://b/x"},
        "OutputDataConfig": {"S3Uri": "s3://b/y"},
    },
}


def _losses(value: Any, lost: Unknown) -> Iterator[Any]:
    """`value` with one element after the other unread; lists also with their tail cut off."""
    yield lost
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: changed} for changed in _losses(value[key], lost))
    elif isinstance(value, list):
        yield from ([*value[:index], lost] for index in range(len(value)))
        for index, item in enumerate(value):
            yield from ([*value[:index], changed, *value[index + 1 :]] for changed in _losses(item, lost))


def _weaker(less: Any, more: Any) -> bool:
    """Whether `less` says the same as `more` or admits not to know."""
    if isinstance(less, Unknown) or less == more:
        return True
    if isinstance(less, list) and isinstance(more, list):
        rest = any(isinstance(item, Unknown) for item in less)
        known = [item for item in less if not isinstance(item, Unknown)]
        return (rest or len(known) == len(more)) and all(any(_weaker(item, other) for other in more) for item in known)
    if isinstance(less, dict) and isinstance(more, dict):
        return all(_weaker(less[key], more[key]) for key in more)
    return False


@pytest.mark.parametrize("view", ["live", "declared"])
@pytest.mark.parametrize("native_type", sorted(_RICH))
def test_losing_evidence_turns_facts_only_into_unknown(native_type: str, view: str) -> None:
    lost = Unknown(Reason(ReasonCode.DENIED, "lost"))
    whole = shaped(native_type, _RICH[native_type], view)
    for key in _RICH[native_type]:
        for changed in _losses(_RICH[native_type][key], lost):
            less = shaped(native_type, {**_RICH[native_type], key: changed}, view)
            assert set(less.facts) == set(whole.facts)
            for path, value in less.facts.items():
                assert _weaker(value, whole.facts[path]), (path, key, changed)
            kept = edges(less)
            gone = {relation for relation, _ in edges(whole) - kept}
            assert gone <= {relation for relation, target in kept if target == "?"}, (key, changed)
            less.freeze()
