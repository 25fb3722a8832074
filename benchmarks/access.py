"""Effective access of 1,000 principals over 1,000 assets: `python benchmarks/access.py [principals] [assets]`.

The account is made up: a tenth of the principals hold everything of a service, some have boundaries, all stand below service control
policies, every fourth role trusts the account, every fourth bucket has a policy of its own. Nothing is read; only deriving is timed.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

from zscan.derive.access.aws import derive_aws_access
from zscan.iam.fragments import ORGANISATION, PRINCIPAL, RESOURCE_POLICY, SERVICE_CONTROL
from zscan.model.asset import Draft, Fragment
from zscan.model.document import Document
from zscan.model.source import ApiSource, Source

_BUDGET_S = 5.0
_ACCOUNT = "111122223333"
_ROOT = f"arn:aws:iam::{_ACCOUNT}:root"
_SOURCE = ApiSource("benchmark:None")


class _Nowhere:
    def at(self, _path: tuple[str | int, ...]) -> Source:
        return _SOURCE


def _allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _draft(native_type: str, asset_type: str, own_id: str) -> Draft:
    name = own_id.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    document = Document(
        id=own_id, native_type=native_type, name=name, provider="aws", body={}, origin=_Nowhere(), account=_ACCOUNT, region="us-east-1"
    )
    draft = Draft(document, asset_type)
    draft.tags = {"team": name[-1]}
    return draft


def assets(count: int) -> tuple[dict[str, Draft], list[Fragment]]:
    """Endpoints, guardrails, training jobs and the buckets that they read from, in equal parts."""
    drafts: list[Draft] = []
    fragments: list[Fragment] = []
    for number in range(count // 4):
        sagemaker = f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:"
        bucket = _draft("AWS::S3::Bucket", "data_store", f"arn:aws:s3:::data-{number}")
        job = _draft("AWS::SageMaker::TrainingJob", "training_job", f"{sagemaker}training-job/job-{number}")
        job.relate("reads_from", bucket.id)
        drafts += [bucket, job, _draft("AWS::SageMaker::Endpoint", "endpoint", f"{sagemaker}endpoint/live-{number}")]
        drafts.append(_draft("AWS::Bedrock::Guardrail", "guardrail", f"arn:aws:bedrock:us-east-1:{_ACCOUNT}:guardrail/{number}"))
        text = None
        if number % 4 == 0:
            insecure = {"Bool": {"aws:SecureTransport": "false"}}
            deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{bucket.id}/*", "Condition": insecure}
            text = _policy(deny, _allow("s3:GetObject", f"{bucket.id}/*", Principal={"AWS": f"arn:aws:iam::{_ACCOUNT}:role/role-{number}"}))
        fragments.append(Fragment(RESOURCE_POLICY, bucket.id, "aws", {"document": text}, _SOURCE, account=_ACCOUNT))
    return {draft.id: draft for draft in drafts}, fragments


def principals(count: int) -> list[Fragment]:
    """Roles and users, each with three policies of its own."""
    source = random.Random(7)  # noqa: S311 (the same account in every run)
    return [_principal(number, source) for number in range(count)]


def _principal(number: int, source: random.Random) -> Fragment:
    kind = "role" if number % 2 else "user"
    near = source.randrange(250)
    texts = [
        _policy(_allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::data-{near}", f"arn:aws:s3:::data-{near}/*"])),
        _policy(_allow(["sagemaker:InvokeEndpoint", "sagemaker:Describe*"], f"arn:aws:sagemaker:*:*:endpoint/live-{near}*")),
        _policy(_allow(["logs:PutLogEvents", "ec2:Describe*", "cloudwatch:PutMetricData"])),
    ]
    if number % 10 == 0:
        texts.append(_policy(_allow(source.choice(["bedrock:*", "sagemaker:*", "s3:*", "iam:PassRole"]))))
    if number % 7 == 0:
        texts.append(_policy({"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::data-{near + 1}/*"}))
    if number % 5 == 0:
        texts.append(_policy(_allow("sts:AssumeRole", f"arn:aws:iam::{_ACCOUNT}:role/role-{number % 100}*")))
    trusted: Any = {"AWS": _ROOT} if number % 4 == 1 else {"Service": "sagemaker.amazonaws.com"}
    data = {
        "kind": kind,
        "name": f"{kind}-{number}",
        "policies": [(f"policy-{n}", "", text, "") for n, text in enumerate(texts)],
        "boundary": ("ceiling", _policy(_allow(["s3:*", "sagemaker:*", "bedrock:*"]))) if number % 20 == 3 else None,
        "trust": _policy({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}) if kind == "role" else None,
        "tags": [{"Key": "team", "Value": str(number % 10)}],
    }
    return Fragment(PRINCIPAL, f"arn:aws:iam::{_ACCOUNT}:{kind}/{kind}-{number}", "aws", data, _SOURCE, account=_ACCOUNT)


def organisation() -> list[Fragment]:
    """Two service control policies over the account."""
    path = ["r-1", "ou-1", _ACCOUNT]
    deny = {"Effect": "Deny", "Action": "bedrock:DeleteGuardrail", "Resource": "*"}
    deny["Condition"] = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/security"}}
    texts = {"full": (_policy(_allow("*")), path), "guard": (_policy(deny), ["ou-1"])}
    tree = Fragment(ORGANISATION, "o-1", "aws", {"management": "999988887777", "paths": {_ACCOUNT: path}}, _SOURCE)
    policies = [
        Fragment(SERVICE_CONTROL, name, "aws", {"name": name, "document": text, "targets": targets}, _SOURCE)
        for name, (text, targets) in texts.items()
    ]
    return [tree, *policies]


def main(principal_count: int, asset_count: int) -> int:
    """Derive once and print how long it took; 1 when it took longer than the budget."""
    by_id, policies = assets(asset_count)
    fragments = [*principals(principal_count), *policies, *organisation()]
    started, worked = time.perf_counter(), time.process_time()
    grants = derive_aws_access(by_id, fragments, [])
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    print(f"{principal_count} principals, {asset_count} assets: {seconds:.2f} s ({cpu:.2f} s of processor), {len(grants)} grants")
    return int(cpu > _BUDGET_S)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in (sys.argv[1:] or ["1000", "1000"]))))
