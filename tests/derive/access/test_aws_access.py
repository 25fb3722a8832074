"""What holds of all grants, whatever the account: less evidence, other orders, rights under tags and regions, other partitions."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.derive.access.aws_estate import HOME, REGION, allow, estate, policy, statement, trusts
from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_account import role_arn
from tests.support.replay import record
from zscan.audit import take_inventory
from zscan.collect import Collected
from zscan.derive.access.aws import derive_aws_access
from zscan.iam.fragments import PRINCIPAL, SERVICE_CONTROL
from zscan.link import link
from zscan.model.asset import Fragment
from zscan.model.grant import Grant
from zscan.model.unknown import Reason, ReasonCode, Unknown

UNREAD = Unknown(Reason(ReasonCode.DENIED, "not read"))
SURE = {"allowed", "conditional"}


def collected(made: Estate, run: str) -> Collected:
    with AwsSim(made) as sim:
        return record(sim.env(account=HOME, region=REGION), run=run).scan()


@pytest.fixture(scope="module")
def whole() -> Collected:
    return collected(estate(), "access")


def grants(whole: Collected, fragments: list[Fragment]) -> tuple[Grant, ...]:
    return derive_aws_access(link(whole.drafts), fragments, [])


def outcomes(found: tuple[Grant, ...]) -> dict[tuple[str, str, str], str]:
    return {(g.principal, g.capability, target): g.outcome for g in found for target in g.targets if "foundation-model" not in target}


def cuts(fragment: Fragment) -> Iterator[Fragment]:
    """The fragment with one text, or one statement, not read."""
    data = fragment.data
    if fragment.kind == SERVICE_CONTROL:
        yield msgspec.structs.replace(fragment, data={**data, "document": UNREAD})
    if fragment.kind != PRINCIPAL:
        return
    for index, (name, group, document, arn) in enumerate(data["policies"]):
        less = [UNREAD, *(_without(document, place) for place in range(len(document["Statement"])))]
        for text in less:
            policies = [*data["policies"][:index], (name, group, text, arn), *data["policies"][index + 1 :]]
            yield msgspec.structs.replace(fragment, data={**data, "policies": policies})
    if data["trust"] is not None:
        for text in (UNREAD, _without(data["trust"], 0)):
            yield msgspec.structs.replace(fragment, data={**data, "trust": text})
    if data["boundary"] is not None:
        yield msgspec.structs.replace(fragment, data={**data, "boundary": (data["boundary"][0], UNREAD)})


def _without(document: dict[str, Any], place: int) -> dict[str, Any]:
    texts = document["Statement"]
    return {**document, "Statement": [UNREAD if index == place else one for index, one in enumerate(texts)]}


def test_less_evidence_neither_gives_nor_takes_a_sure_right(whole: Collected) -> None:
    before = outcomes(grants(whole, whole.fragments))
    made = 0
    for index, fragment in enumerate(whole.fragments):
        for less in cuts(fragment):
            made += 1
            after = outcomes(grants(whole, [*whole.fragments[:index], less, *whole.fragments[index + 1 :]]))
            inside = {key for key in before if key[0].startswith("arn:")}  # whom an unread trust policy names is not known
            lost = {key for key in inside if before[key] in SURE and key not in after}
            assert not lost, (fragment.id, lost)
            if fragment.kind == PRINCIPAL:  # an unread deny of the organisation is named, and takes nothing away
                won = {key for key, outcome in after.items() if outcome in SURE and key not in before}
                assert not won, (fragment.id, won)
    assert made > 40


def test_the_order_of_evidence_does_not_matter(whole: Collected) -> None:
    before = grants(whole, whole.fragments)
    shuffled = list(whole.fragments)
    random.Random(3).shuffle(shuffled)  # noqa: S311 (any other order)
    assert grants(whole, shuffled) == before


def test_an_account_without_principals_has_no_grants(whole: Collected) -> None:
    assert grants(whole, [one for one in whole.fragments if one.kind != PRINCIPAL]) == ()


def test_template_principals_are_left_to_their_template(whole: Collected) -> None:
    declared = [msgspec.structs.replace(one, unit="template.yaml") for one in whole.fragments]
    assert grants(whole, declared) == ()


# ---- small accounts


def small(**inline: Any) -> Estate:
    """One user with the given policies, an endpoint with a tag and a guardrail."""
    made = Estate(regions=[REGION])
    made.model(HOME, REGION, "m").endpoint_config(HOME, REGION, "c", model="m").endpoint(HOME, REGION, "e", config="c", tags={"team": "ml"})
    made.guardrail(HOME, REGION, "g")
    return made.user(HOME, "u", inline=inline, tags={"team": "ml"})


def of_user(made: Estate, run: str) -> dict[str, Grant]:
    found = take_inventory([collected(made, run)]).access
    return {grant.capability: grant for grant in found if grant.principal == f"arn:aws:iam::{HOME}:user/u"}


def test_tags_of_principal_and_resource_are_compared() -> None:
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    found = of_user(small(calls=policy(statement("Allow", "sagemaker:InvokeEndpoint", Condition=same))), "tags")
    assert (found["invoke"].outcome, len(found["invoke"].targets)) == ("allowed", 1)


def test_other_tags_give_nothing() -> None:
    other = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    assert "invoke" not in of_user(small(calls=policy(statement("Allow", "sagemaker:InvokeEndpoint", Condition=other))), "other-tags")


def test_a_right_in_one_region_reaches_its_assets_but_not_all_to_come() -> None:
    here = {"StringEquals": {"aws:RequestedRegion": REGION}}
    found = of_user(small(calls=policy(statement("Allow", "bedrock:UpdateGuardrail", Condition=here))), "region")
    grant = found["change-guardrails"]
    assert grant.outcome == "allowed"
    assert not grant.everywhere


def test_a_right_that_the_call_decides_is_conditional() -> None:
    second = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = of_user(small(calls=policy(statement("Allow", "sagemaker:InvokeEndpoint", Condition=second))), "factor")
    assert (found["invoke"].outcome, found["invoke"].conditions) == ("conditional", ("aws:MultiFactorAuthPresent is true",))


def test_an_agent_platform_that_runs_code_as_a_role_escalates() -> None:
    code = ["bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:InvokeCodeInterpreter"]
    made = small(run=policy(statement("Allow", code), statement("Allow", "iam:PassRole", role_arn(HOME, "strong"))))
    service = trusts({"Service": "bedrock-agentcore.amazonaws.com"})
    made.role(HOME, "strong", trusts=service, inline={"all": allow("*", "*")})
    found = of_user(made, "interpreter")["escalate"]
    assert found.targets == (role_arn(HOME, "strong"),)
    assert [step.kind for step in found.path][-1] == "pass_role"


def test_a_pass_that_names_another_service_starts_nothing() -> None:
    only = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    made = small(run=policy(statement("Allow", "sagemaker:CreateTrainingJob"), statement("Allow", "iam:PassRole", Condition=only)))
    made.role(HOME, "strong", inline={"all": allow("*", "*")})
    assert "escalate" not in of_user(made, "other-service")


def test_a_chain_ends_after_four_roles() -> None:
    made = small(hop=policy(statement("Allow", "sts:AssumeRole")))
    root = trusts({"AWS": f"arn:aws:iam::{HOME}:user/u"})
    made.role(HOME, "r1", trusts=root, inline={"hop": allow("sts:AssumeRole", "*")})
    for number in range(2, 7):
        inline = (
            {"hop": allow("sts:AssumeRole", "*"), "act": allow("sagemaker:InvokeEndpoint", "*")}
            if number == 6
            else {"hop": allow("sts:AssumeRole", "*")}
        )
        made.role(HOME, f"r{number}", trusts=trusts({"AWS": role_arn(HOME, f"r{number - 1}")}), inline=inline)
    assert "invoke" not in of_user(made, "far")


def test_roles_that_trust_each_other_come_to_an_end() -> None:
    made = small(hop=policy(statement("Allow", "sts:AssumeRole")))
    for name in ("a", "b"):
        made.role(HOME, name, trusts=trusts({"AWS": f"arn:aws:iam::{HOME}:root"}), inline={"hop": allow("sts:AssumeRole", "*")})
    made.role(HOME, "end", trusts=trusts({"AWS": role_arn(HOME, "b")}), inline={"act": allow("sagemaker:InvokeEndpoint", "*")})
    found = of_user(made, "ring")["invoke"]
    assert [step.name for step in found.path if step.kind == "trust"] == ["b", "end"]


def test_grants_survive_a_round_trip(whole: Collected) -> None:
    found = grants(whole, whole.fragments)
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Grant, ...]) == found


def test_data_of_a_fragment_is_plain(whole: Collected) -> None:
    assert dataclasses.is_dataclass(whole)
    assert {type(value) for one in whole.fragments for value in one.data.values()} <= {str, list, tuple, dict, type(None)}
