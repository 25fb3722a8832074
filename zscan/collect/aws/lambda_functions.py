"""Lambda functions that carry out tools of AI, read only where an asset refers to one.

Sources: GetFunctionConfiguration (GetFunction would also hand out a signed address of the code), GetPolicy, ListFunctionUrlConfigs,
GetFunctionCodeSigningConfig, ListCodeSigningConfigs, Amazon Inspector's BatchGetAccountStatus; AWS::Lambda::Function with
AWS::Lambda::Permission at `Permissions` and AWS::Lambda::Url at `FunctionUrls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zscan.collect import Bulk, Call, Collector, Part, Place
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.places import arn, locate
from zscan.collect.aws.policies import grants_of
from zscan.collect.aws.runtimes import runtime_ends
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, any_of, asset, secret_settings
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

FUNCTION = "AWS::Lambda::Function"
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the inspection status of the account does not name functions"))
_NOT_DECRYPTED = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the environment could not be decrypted for the scan"))
_LIVE_ONLY = Unknown(Reason(ReasonCode.NO_FILE_FORM, "what is enforced and examined on deployment stands in other settings of the account"))
_ABSENT = frozenset({"ResourceNotFoundException"})


def shape_function(document: Document) -> Iterable[Draft]:
    """A function: who may call it, what its environment holds, how its code is looked after."""
    draft = asset(document, "function")
    policy = grants_of(_permissions(document), document.account)
    draft.set("sharing.public", policy.public)
    draft.set("sharing.foreign_accounts", policy.foreign_accounts)
    draft.set("auth.required", ~(_open_address(document) & policy.public))
    draft.set("secrets.literals", _secrets(document))
    draft.set("code.runtime_ends", runtime_ends(document["Runtime"]))
    draft.set("code.signed_only", _signed_only(document))
    draft.set("code.scanned", _scanned(document))
    draft.refer("runs_as", "AWS::IAM::Role", document["Role"])
    draft.refer("encrypts_with", "AWS::KMS::Key", document["KmsKeyArn"])
    network = document["VpcConfig"]
    attach(draft, subnets=network.get("SubnetIds").each(), groups=network.get("SecurityGroupIds").each())
    yield draft


def _permissions(document: Document) -> Reading:
    """The resource policy; in a template, the statements that permissions come to."""
    if document.view == "live":
        return document["Policy"]
    permissions = document["Permissions"]
    statements = [one.value if one.unknown else _statement(one.value) for one in permissions.each()]
    return Reading({"Statement": statements}, permissions.places)


def _statement(permission: Any) -> Any:
    """A permission as AddPermission turns it into a statement."""
    if not isinstance(permission, Mapping):
        return Unknown(Reason(ReasonCode.UNPARSABLE, "a permission is not an object"))
    principal = permission.get("Principal")
    service = isinstance(principal, str) and ".amazonaws.com" in principal
    keys = {"SourceAccount": "aws:SourceAccount", "SourceArn": "aws:SourceArn", "PrincipalOrgID": "aws:PrincipalOrgID"}
    tests = {key: permission[name] for name, key in keys.items() if permission.get(name) is not None}
    return {
        "Effect": "Allow",
        "Action": permission.get("Action"),
        "Principal": {"Service": principal} if service else principal if principal == "*" else {"AWS": principal},
        **({"Condition": {"StringLike": tests}} if tests else {}),
    }


def _open_address(document: Document) -> Reading:
    """Whether a function URL takes requests without a signature (FunctionUrlConfig, AuthType NONE)."""
    urls = document["FunctionUrls"]
    return Reading(any_of(url.get("AuthType").eq("NONE") for url in urls.each()).value, urls.places)


def _secrets(document: Document) -> list[Any]:
    """Credentials in the environment, those known from documentation included."""
    environment = document["Environment"]
    if environment.get("Error").is_set().value is True:
        return [_NOT_DECRYPTED]
    literals, defaults = secret_settings(environment.get("Variables"), "environment")
    return [
        *(one for one in (*literals, *defaults) if not isinstance(one, Unknown)),
        *(one for one in literals if isinstance(one, Unknown)),
    ]


def _signed_only(document: Document) -> Reading:
    """Whether code is refused unless signed. A configuration may also just warn (CodeSigningPolicies); images have none."""
    named, configurations = document["CodeSigning.CodeSigningConfigArn"], document["CodeSigningConfigs"].each()
    if document.view == "declared":
        return Reading(_LIVE_ONLY, document["CodeSigningConfigArn"].places)
    enforced = any_of(
        one if one.unknown else one.get("CodeSigningPolicies.UntrustedArtifactOnDeployment").eq("Enforce") for one in configurations
    )
    return named if named.unknown else named.is_set() & enforced


def _scanned(document: Document) -> Reading:
    """Whether Inspector examines functions of the account, packages and own code; the latter where the region has it."""
    state = document["Inspection"]
    if document.view == "declared":
        return Reading(_LIVE_ONLY, state.places)
    packages, code = state.get("lambda.status").default(_UNSTATED), state.get("lambdaCode.status").default("ENABLED")
    return packages.eq("ENABLED") & code.eq("ENABLED")


def identify(answer: Mapping[str, Any], place: Place) -> str:
    """The function's ARN; where its read was refused, the one that the reference makes."""
    key = str(answer.get("FunctionArn") or answer["key"])
    return key if key.startswith("arn:") else arn(place, "lambda", f"function:{key}")


def _signing_key(body: Mapping[str, Any]) -> Iterable[str]:
    found = body.get("CodeSigning")
    named = found.get("CodeSigningConfigArn") if isinstance(found, Mapping) else None
    return [named] if isinstance(named, str) else []


def _call(operation: str, key: str = "{key}", **more: Any) -> Call:
    return Call(service="lambda", operation=operation, action=f"lambda:{operation}", params={"FunctionName": key}, **more)


COLLECTORS = (
    Collector(
        native_type=FUNCTION,
        asset_type="function",
        resolves=True,
        locate=locate,
        describe=_call("GetFunctionConfiguration", absent=_ABSENT),
        parts=(
            Part(path="Policy", call=_call("GetPolicy", take="Policy", absent=_ABSENT)),
            Part(path="FunctionUrls", call=_call("ListFunctionUrlConfigs", "{FunctionName}", items="FunctionUrlConfigs")),
            Part(
                path="CodeSigning",
                call=_call("GetFunctionCodeSigningConfig", "{FunctionName}", absent=_ABSENT),
                when=lambda function: function.get("PackageType") != "Image",
            ),
        ),
        bulk=(
            TAGS,
            Bulk(
                path="CodeSigningConfigs",
                call=Call(
                    service="lambda", operation="ListCodeSigningConfigs", action="lambda:ListCodeSigningConfigs", items="CodeSigningConfigs"
                ),
                index=lambda entry: str(entry["CodeSigningConfigArn"]),
                keys=_signing_key,
                many=True,
            ),
            Bulk(
                path="Inspection",
                call=Call(
                    service="inspector2", operation="BatchGetAccountStatus", action="inspector2:BatchGetAccountStatus", items="accounts"
                ),
                index=lambda entry: str(entry["accountId"]),
                keys=lambda body: [str(body["@id"]).split(":")[4]],
                take=lambda entry: entry.get("resourceState"),
            ),
        ),
        identify=identify,
        name=lambda answer: str(answer.get("FunctionName") or answer["key"]),
        canonical=cfn_names(
            aliases={"KMSKeyArn": "KmsKeyArn"},
            only=frozenset({"FunctionName", "Runtime", "Role", "KmsKeyArn", "VpcConfig", "Environment", "PackageType"}),
        ),
        shape=shape_function,
        facts=GOVERNANCE
        | {
            "sharing.public",
            "sharing.foreign_accounts",
            "auth.required",
            "secrets.literals",
            "code.runtime_ends",
            "code.signed_only",
            "code.scanned",
        },
        live_only=frozenset({"code.scanned", "code.signed_only"}),
        relations=frozenset({"runs_as", "encrypts_with", "attached_to"}),
    ),
)
