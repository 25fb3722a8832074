"""Which policies of an organisation bind an account, and what is said where they were not read."""

from __future__ import annotations

from typing import Any

from zscan.derive.access.aws_organisation import NATIVE, Layers, Organisations
from zscan.iam.fragments import ORGANISATION, RESOURCE_CONTROL, SERVICE_CONTROL
from zscan.iam.statements import compiled
from zscan.model.asset import Fragment
from zscan.model.gap import Gap, gap
from zscan.model.source import ApiSource
from zscan.model.unknown import Reason, ReasonCode, Unknown

TOP, ONE, TWO, ALONE = "000011112222", "111122223333", "444455556666", "777788889999"
PATHS = {TOP: ["r-1", TOP], ONE: ["r-1", "ou-1", ONE], TWO: ["r-1", TWO]}
BOTH = ("resource control policies", "service control policies")
UNREAD = Unknown(Reason(ReasonCode.DENIED, "not read"))
_SOURCE = ApiSource("organizations:DescribePolicy")


def tree(reader: str = TOP, paths: dict[str, list[str]] | None = None) -> Fragment:
    data: dict[str, Any] = {"management": TOP, "paths": PATHS if paths is None else paths}
    return Fragment(ORGANISATION, "o-1", "aws", data, _SOURCE, account=reader)


def control(name: str, targets: list[Any], document: Any = None, kind: str = SERVICE_CONTROL, reader: str = TOP) -> Fragment:
    text = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}} if document is None else document
    return Fragment(kind, name, "aws", {"name": name, "document": text, "targets": targets}, _SOURCE, account=reader)


def refused(reader: str, kind: str) -> Gap:
    return gap(scope=f"aws/{reader}", call="organizations:X", reason=ReasonCode.DENIED, affects=(NATIVE[kind],), blocking=False)


def layers(account: str, fragments: list[Fragment], gaps: list[Gap] | None = None) -> Layers:
    return Organisations(fragments, gaps or [], compiled).layers(account)


def names(found: Layers) -> list[list[str]]:
    return [[policy.name for policy in level] for level in found.service_control]


def test_each_step_has_the_policies_that_hang_on_it() -> None:
    found = layers(ONE, [tree(), control("full", ["r-1", "ou-1", ONE]), control("guard", ["ou-1"]), control("other", [TWO])])
    assert names(found) == [["full"], ["full", "guard"], ["full"]]
    assert found.unread == ()


def test_the_management_account_is_bound_by_none() -> None:
    found = layers(TOP, [tree(), control("full", ["r-1", TOP])])
    assert (found.service_control, found.resource_control, found.unread) == ((), (), ())
    assert found.management == {TOP}


def test_a_kind_of_which_there_is_no_policy_is_not_switched_on() -> None:
    assert layers(TWO, [tree(), control("full", ["r-1", TWO])]).resource_control == ()


def test_an_account_without_an_organisation_has_no_layers() -> None:
    found = layers(ALONE, [tree(), control("full", ["r-1"])])
    assert (found.service_control, found.unread) == ((), ())


def test_a_member_that_sees_no_tree_names_both_layers() -> None:
    assert layers(ONE, [tree(ONE, {})]).unread == BOTH
    assert layers(ONE, [], [refused(ONE, ORGANISATION)]).unread == BOTH


def test_what_a_member_was_refused_another_account_may_have_read() -> None:
    fragments = [tree(ONE, {}), tree(TOP), control("full", ["r-1", "ou-1", ONE])]
    found = layers(ONE, fragments, [refused(ONE, SERVICE_CONTROL), refused(ONE, ORGANISATION)])
    assert (names(found), found.unread) == ([["full"], ["full"], ["full"]], ())


def test_policies_that_the_reader_was_refused_are_named() -> None:
    assert layers(ONE, [tree()], [refused(TOP, SERVICE_CONTROL)]).unread == ("service control policies",)


def test_a_policy_that_was_not_read_takes_nothing_away() -> None:
    found = layers(ONE, [tree(), control("full", ["r-1", ONE]), control("guard", ["ou-1"], UNREAD)])
    assert found.unread == ("service control policies",)
    assert all(level for level in found.service_control)


def test_a_known_text_beats_an_unread_one() -> None:
    found = layers(TWO, [tree(), control("full", ["r-1", TWO], UNREAD, reader=ONE), control("full", ["r-1", TWO])])
    assert (names(found), found.unread) == ([["full"], ["full"]], ())


def test_targets_that_were_not_read_may_be_this_account() -> None:
    assert layers(ONE, [tree(), control("guard", [UNREAD], kind=RESOURCE_CONTROL)]).unread == ("resource control policies",)


def test_the_organisation_of_an_account_is_known_from_the_tree() -> None:
    seen = Organisations([tree()], [], compiled)
    assert (seen.id_of(ONE), seen.id_of(TOP), seen.id_of(ALONE)) == ("o-1", "o-1", "")
