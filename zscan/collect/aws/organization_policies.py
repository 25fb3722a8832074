"""What an organisation lets its accounts do: service and resource control policies, and the tree that they hang on.

Sources: DescribeOrganization, which every account may ask; ListAccounts, whose `Paths` lead from the root to each account, ListPolicies,
DescribePolicy and ListTargetsForPolicy, which only the management account and delegated administrators may. CloudFormation makes these
policies too, but only the live tree says whom they bind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zscan.collect import Call, Collector, Part, Place, Shaped
from zscan.iam.fragments import ORGANISATION, RESOURCE_CONTROL, SERVICE_CONTROL
from zscan.model.asset import Fragment
from zscan.model.document import Document
from zscan.model.unknown import Unknown

_NONE = frozenset({"AWSOrganizationsNotInUseException"})


def _call(operation: str, **more: Any) -> Call:
    """Refused in nearly every member account: what is unread there is named with each right that it may take away."""
    return Call(service="organizations", operation=operation, action=f"organizations:{operation}", absent=_NONE, advisory=True, **more)


def shape_organisation(document: Document) -> Iterable[Shaped]:
    """The organisation: its management account, and the way from the root to each account."""
    own, management = document["Id"], document["MasterAccountId"]
    if own.unknown or own.value is None:
        return
    paths = {
        str(account.get("Id").value): _path(account.get("Paths").value) for account in document["Accounts"].each() if not account.unknown
    }
    data = {"management": management.value, "paths": {account: path for account, path in paths.items() if path}}
    yield Fragment(ORGANISATION, str(own.value), document.provider, data, document.origin.at(()), account=document.account)


def _path(paths: Any) -> list[str]:
    """`o-1/r-2/ou-3/444455556666/` without the organisation: ids from the root down."""
    first = paths[0] if isinstance(paths, list | tuple) and paths else None
    return [step for step in str(first).split("/") if step and not step.startswith("o-")] if isinstance(first, str) else []


def _shape_policy(kind: str) -> Callable[[Document], Iterable[Shaped]]:
    def shape(document: Document) -> Iterable[Shaped]:
        targets = [target.value if target.unknown else target.get("TargetId").value for target in document["Targets"].each()]
        data = {"name": document.name, "document": document["Content"].value, "targets": targets}
        yield Fragment(kind, document.id, document.provider, data, document.origin.at(()), account=document.account)

    return shape


def _policies(native_type: str, kind: str, name: str) -> Collector:
    return Collector(
        native_type=native_type,
        asset_type="identity",
        scope="account",
        list=_call("ListPolicies", params={"Filter": name}, items="Policies"),
        describe=_call("DescribePolicy", params={"PolicyId": "{Id}"}, take="Policy"),
        parts=(Part(path="Targets", call=_call("ListTargetsForPolicy", params={"PolicyId": "{Id}"}, items="Targets")),),
        identify=lambda policy, _place: str(policy["Arn"]),
        name=lambda policy: str(policy["Name"]),
        canonical=_text,
        shape=_shape_policy(kind),
        facts=frozenset(),
        file_form=False,
    )


def _text(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"Content": answer["Content"]} if "Content" in answer else {}


def _organisation_id(answer: Mapping[str, Any], place: Place) -> str:
    own = answer.get("Id")
    return f"{place.provider}:organization/{place.account}" if own is None or isinstance(own, Unknown) else str(own)


COLLECTORS = (
    Collector(
        native_type="AWS::Organizations::Organization",
        asset_type="identity",
        scope="account",
        singleton=True,
        describe=_call("DescribeOrganization", take="Organization"),
        parts=(Part(path="Accounts", call=_call("ListAccounts", items="Accounts")),),
        identify=_organisation_id,
        name=lambda _answer: "organisation",
        canonical=lambda answer: {key: answer[key] for key in ("Id", "MasterAccountId") if key in answer},
        shape=shape_organisation,
        facts=frozenset(),
        file_form=False,
    ),
    _policies("AWS::Organizations::ServiceControlPolicy", SERVICE_CONTROL, "SERVICE_CONTROL_POLICY"),
    _policies("AWS::Organizations::ResourceControlPolicy", RESOURCE_CONTROL, "RESOURCE_CONTROL_POLICY"),
)
