"""Questions about one account, with the answer and path that somebody worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.derive.access.aws_estate import HAIKU, HOME, OTHER, REGION, estate
from tests.sim.aws import AwsSim
from tests.support.replay import Recording, denied, record
from zscan.audit import Inventory, take_inventory
from zscan.collect import collectors
from zscan.model.grant import Capability, Grant

IAM = f"arn:aws:iam::{HOME}"
ORGANISATION = {call.id for collector in collectors("aws") for call in collector.calls() if call.advisory}
MODELS = "arn:aws:bedrock:*::foundation-model/*"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{HOME}:endpoint/fraud"


@dataclass(frozen=True)
class Question:
    """Can somebody do something to a target? `path` are the kinds and names of steps that must stand in the path, in this order."""

    text: str
    principal: str
    capability: Capability
    target: str
    answer: str
    path: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    everywhere: bool = False

    def __str__(self) -> str:
        return self.text


QUESTIONS = (
    Question("a star over models", f"{IAM}:user/ana", Capability.INVOKE, MODELS, "allowed", ("identity_policy models",)),
    Question("through a group", f"{IAM}:user/ben", Capability.INVOKE, ENDPOINT, "allowed", ("group ml", "identity_policy endpoints")),
    Question(
        "what the boundary leaves",
        f"{IAM}:user/cleo",
        Capability.READ_TRAINING_DATA,
        "arn:aws:s3:::corpus",
        "allowed",
        ("identity_policy all", "boundary ceiling"),
    ),
    Question("what the boundary takes", f"{IAM}:user/cleo", Capability.INVOKE, ENDPOINT, "no"),
    Question("an organisation's deny", f"{IAM}:role/ops", Capability.CHANGE_GUARDRAILS, "guardrail", "no"),
    Question(
        "the role that the deny spares",
        f"{IAM}:role/ai-security",
        Capability.CHANGE_GUARDRAILS,
        "guardrail",
        "allowed",
        ("identity_policy guardrails", "organisation FullAWSAccess"),
    ),
    Question(
        "a role from one network",
        f"{IAM}:role/auditor",
        Capability.READ_PROMPTS,
        "arn:aws:s3:::prompts",
        "conditional",
        ("identity_policy read",),
        ("aws:SourceVpce is vpce-1",),
    ),
    Question(
        "becoming that role",
        f"{IAM}:user/dan",
        Capability.READ_PROMPTS,
        "arn:aws:s3:::prompts",
        "conditional",
        ("identity_policy become", "trust auditor", "identity_policy read"),
        ("aws:SourceVpce is vpce-1",),
    ),
    Question(
        "another account by the bucket's policy",
        OTHER,
        Capability.READ_TRAINING_DATA,
        "arn:aws:s3:::corpus",
        "allowed",
        ("resource_policy the policy of corpus",),
    ),
    Question(
        "another account inside a perimeter",
        OTHER,
        Capability.READ_TRAINING_DATA,
        "arn:aws:s3:::shared",
        "conditional",
        ("resource_policy the policy of shared",),
    ),
    Question(
        "another account by a role",
        OTHER,
        Capability.INVOKE,
        ENDPOINT,
        "conditional",
        ("trust partner", "identity_policy call"),
        ("sts:ExternalId is the agreed one",),
    ),
    Question(
        "handing over a strong role",
        f"{IAM}:user/eve",
        Capability.ESCALATE,
        f"{IAM}:role/strong",
        "allowed",
        ("identity_policy jobs", "pass_role strong"),
    ),
    Question(
        "what the strong role reads",
        f"{IAM}:user/eve",
        Capability.READ_TRAINING_DATA,
        "arn:aws:s3:::corpus",
        "allowed",
        ("pass_role strong", "identity_policy all"),
        everywhere=True,
    ),
    Question("what the organisation denies the strong role", f"{IAM}:user/eve", Capability.CHANGE_GUARDRAILS, "guardrail", "no"),
    Question("handing over, but starting nothing", f"{IAM}:user/mia", Capability.ESCALATE, f"{IAM}:role/strong", "no"),
    Question(
        "writing one's own rights",
        f"{IAM}:user/finn",
        Capability.ESCALATE,
        f"{IAM}:user/finn",
        "allowed",
        ("identity_policy self", "escalation finn"),
        everywhere=True,
    ),
    Question(
        "taking over who writes his own rights",
        f"{IAM}:user/lee",
        Capability.ESCALATE,
        f"{IAM}:user/finn",
        "allowed",
        ("identity_policy keys", "escalation finn"),
    ),
    Question(
        "a service by its role",
        "sagemaker.amazonaws.com",
        Capability.READ_TRAINING_DATA,
        "arn:aws:s3:::corpus",
        "allowed",
        ("trust strong", "identity_policy all"),
        everywhere=True,
    ),
    Question("an agent by its role", "agent", Capability.INVOKE, HAIKU, "allowed", ("trust agent", "identity_policy model")),
    Question("storage without its key", f"{IAM}:user/gil", Capability.READ_MODELS, "arn:aws:s3:::weights", "no"),
    Question(
        "storage with its key",
        f"{IAM}:role/loader",
        Capability.READ_MODELS,
        "arn:aws:s3:::weights",
        "allowed",
        ("identity_policy weights",),
    ),
    Question(
        "from the office only",
        f"{IAM}:user/hana",
        Capability.INVOKE,
        MODELS,
        "conditional",
        ("identity_policy office",),
        ("aws:SourceIp is in 203.0.113.0/24",),
    ),
    Question(
        "everything but identities",
        f"{IAM}:user/ida",
        Capability.ADMINISTER,
        ENDPOINT,
        "allowed",
        ("identity_policy power",),
        everywhere=True,
    ),
    Question("everything but identities is no escalation", f"{IAM}:user/ida", Capability.ESCALATE, "", "no"),
    Question(
        "two roles one after another",
        f"{IAM}:user/jo",
        Capability.INVOKE,
        ENDPOINT,
        "allowed",
        ("trust hop-one", "trust hop-two", "identity_policy call"),
    ),
    Question("an endpoint that is denied by name", f"{IAM}:user/kim", Capability.INVOKE, ENDPOINT, "no"),
    Question(
        "everybody in a public bucket",
        "*",
        Capability.READ_TRAINING_DATA,
        "arn:aws:s3:::open",
        "allowed",
        ("resource_policy the policy of open",),
    ),
    Question("everybody in a closed bucket", "*", Capability.READ_TRAINING_DATA, "arn:aws:s3:::corpus", "no"),
    Question("models, but not their prompts", f"{IAM}:user/ana", Capability.READ_PROMPTS, "", "no"),
)


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with AwsSim(estate()) as sim:
        yield record(sim.env(account=HOME, region=REGION), run="questions")


@pytest.fixture(scope="module")
def inventory(recording: Recording) -> Inventory:
    return take_inventory([recording.scan()])


def resolved(inventory: Inventory, word: str) -> str:
    """The id that a word of a question stands for."""
    return next((asset.id for asset in inventory.assets if asset.type == word), word)


def answers(inventory: Inventory, question: Question) -> list[Grant]:
    principal, target = resolved(inventory, question.principal), resolved(inventory, question.target)
    mine = [grant for grant in inventory.access if grant.principal == principal and grant.capability is question.capability]
    return [grant for grant in mine if not target or target in grant.targets]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_question(question: Question, inventory: Inventory) -> None:
    found = answers(inventory, question)
    assert [grant.outcome for grant in found] == ([] if question.answer == "no" else [question.answer])
    for grant in found:
        steps = [f"{step.kind} {step.name}" for step in grant.path]
        places = [steps.index(step) for step in question.path]
        assert places == sorted(places), steps
        assert set(question.conditions) <= set(grant.conditions)
        assert grant.everywhere is question.everywhere
        assert not grant.unread or question.principal == OTHER


def test_grants_are_few_and_in_order(inventory: Inventory) -> None:
    keys = [(grant.principal, grant.capability, grant.outcome) for grant in inventory.access]
    assert len(set(keys)) == len(keys)
    assert list(inventory.access) == sorted(inventory.access)
    assert all(grant.conditions for grant in inventory.access if grant.outcome == "conditional")
    assert all(grant.path for grant in inventory.access)


def test_an_unread_organisation_is_named_and_takes_nothing_away(recording: Recording) -> None:
    unread = take_inventory([recording.scan(lambda answer: denied(answer) if answer.call in ORGANISATION else answer)])
    ben = next(grant for grant in unread.access if grant.principal == f"{IAM}:user/ben")
    assert ben.outcome == "allowed"
    assert ben.unread == ("resource control policies", "service control policies")
    ops = next(g for g in unread.access if g.principal == f"{IAM}:role/ops" and g.capability is Capability.CHANGE_GUARDRAILS)
    assert (ops.outcome, ops.unread) == ("allowed", ("resource control policies", "service control policies"))
    assert not [gap for gap in unread.gaps if gap.blocking]
    assert {gap.call for gap in unread.gaps} == {
        f"organizations:{name}" for name in ("DescribeOrganization", "ListAccounts", "ListPolicies")
    }


def test_an_escalation_path_is_stated_only_when_it_is_sure(recording: Recording, inventory: Inventory) -> None:
    known = {a.name: a.facts.identity.effective.escalation_path for a in inventory.assets if a.type == "identity"}
    assert known["strong"]
    assert known["ana"] == ()
    unread = take_inventory([recording.scan(lambda answer: denied(answer) if answer.call == "organizations:DescribePolicy" else answer)])
    unsure = {a.name: a.facts.identity.effective.escalation_path for a in unread.assets if a.type == "identity"}
    assert unsure["strong"] is None
    assert unsure["ana"] == ()
