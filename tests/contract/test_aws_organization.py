"""Scans of more than one AWS account, as users run them: the program in a subprocess, the real SDK, real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sim.aws import AwsSim, Estate
from tests.sim.aws.build_organization import ROOT, organization
from tests.support.cli import Ran, scan_document, zscan

MANAGEMENT, PROD, LAB, DARK, GONE = "111122223333", "444455556666", "777788889999", "222233334444", "999900001111"
REGION, SECOND = "us-east-1", "eu-west-1"
EXTERNAL_ID = "f3c9-audit"


def estate() -> Estate:
    built = Estate(regions=[REGION, SECOND])
    for account in (MANAGEMENT, PROD, LAB):
        built.notebook(account, REGION, f"notebook-{account}", RootAccess="Disabled")
        built.role(account, "ml")
    organization(built, MANAGEMENT, {"ou-prod": (PROD, DARK), "ou-lab": (LAB,), "ou-empty": ()}, closed=(GONE,))
    built.document["accounts"].setdefault(DARK, {})
    built.document["assumable_roles"] = {f"arn:aws:iam::{account}:role/zscan-audit": EXTERNAL_ID for account in (PROD, LAB)}
    return built


@pytest.fixture(scope="module")
def sim() -> Iterator[AwsSim]:
    with AwsSim(estate()) as running:
        yield running


def audit(sim: AwsSim, where: Path, *more: str, account: str = MANAGEMENT, fault: dict[str, Any] | None = None) -> tuple[Ran, Any]:
    sim.reset()
    sim.set_faults([fault] if fault else [])
    document = where / "scan.json"
    ran = zscan(
        *("audit", "aws", "--allow-custom-endpoints", "--fail-on", "never", "--now", "2026-12-01", "-o", f"json={document}", *more),
        env=sim.env(account=account, region=REGION),
        cwd=where,
    )
    return ran, scan_document(document) if document.exists() else None


def notebooks(scan: Any) -> set[str]:
    return {asset["account"] for asset in scan["assets"] if asset["type"] == "notebook"}


def labels(scan: Any) -> set[str]:
    return {target["label"] for target in scan["run"]["targets"]}


def test_a_whole_organisation_in_one_report(sim: AwsSim, tmp_path: Path) -> None:
    ran, scan = audit(sim, tmp_path, "--org", "--external-id", EXTERNAL_ID)
    assert notebooks(scan) == {MANAGEMENT, PROD, LAB}
    assert {f"aws/{one}" for one in (MANAGEMENT, PROD, LAB, DARK, GONE)} <= labels(scan)
    assert ran.code == 3, "one account could not be entered"
    refused = [gap for gap in scan["gaps"] if gap["blocking"]]
    assert [(gap["scope"], gap["call"], gap["reason"], gap["permission"]) for gap in refused] == [
        (f"aws/{DARK}", "sts:AssumeRole", "DENIED", "sts:AssumeRole")
    ]
    assert any(entry["scope"] == f"aws/{DARK}" for entry in scan["not_assessed"])
    assert [gap["reason"] for gap in scan["gaps"] if gap["scope"] == f"aws/{GONE}"] == ["OUT_OF_SCOPE"]
    principals = {principal["account"]: principal["identity"] for principal in scan["run"]["principals"]}
    assert principals[PROD] == f"arn:aws:sts::{PROD}:assumed-role/zscan-audit/zscan"
    assert ":user/" in principals[MANAGEMENT], "the caller's own account needs no role"
    sim.assert_read_only()
    assert EXTERNAL_ID not in (tmp_path / "scan.json").read_text() + ran.out + ran.err
    assert "@example.com" not in (tmp_path / "scan.json").read_text(), "an account's address is nobody's business"


def test_units_and_accounts_narrow_the_organisation(sim: AwsSim, tmp_path: Path) -> None:
    _, scan = audit(sim, tmp_path, "--org", "--ou", "ou-lab", "--external-id", EXTERNAL_ID)
    assert notebooks(scan) == {LAB}
    _, scan = audit(sim, tmp_path, "--org", "--ou", ROOT, "--accounts", PROD, "--external-id", EXTERNAL_ID)
    assert notebooks(scan) == {PROD}
    assert not [call for call in sim.calls() if call["account"] == LAB]


def test_named_accounts_need_no_organisation(sim: AwsSim, tmp_path: Path) -> None:
    ran, scan = audit(sim, tmp_path, "--accounts", PROD, "--accounts", LAB, "--external-id", EXTERNAL_ID, "--session-name", "audit-7")
    assert ran.code == 0, ran.err
    assert notebooks(scan) == {PROD, LAB}
    assert not [call for call in sim.calls() if call["op"] == "ListAccounts" and call["account"] == MANAGEMENT]
    assert {principal["identity"].rsplit("/", 1)[-1] for principal in scan["run"]["principals"]} == {"audit-7"}


def test_one_role_by_its_arn(sim: AwsSim, tmp_path: Path) -> None:
    role = f"arn:aws:iam::{PROD}:role/zscan-audit"
    _, scan = audit(sim, tmp_path, "--assume-role", role, "--external-id", EXTERNAL_ID, "--session-duration", "900")
    assert notebooks(scan) == {PROD}
    (assumed,) = [call for call in sim.calls() if call["op"] == "AssumeRole"]
    assert (assumed["params"]["DurationSeconds"], assumed["params"]["ExternalId"]) == (900, EXTERNAL_ID)


def test_nobody_entered_is_no_credentials(sim: AwsSim, tmp_path: Path) -> None:
    ran, scan = audit(sim, tmp_path, "--accounts", PROD, "--accounts", LAB, "--external-id", "wrong")
    assert (ran.code, scan) == (4, None)
    assert "must exist and trust the caller" in ran.err


def test_a_list_of_accounts_that_is_refused_leaves_the_own_account_and_a_gap(sim: AwsSim, tmp_path: Path) -> None:
    ran, scan = audit(sim, tmp_path, "--org", "--external-id", EXTERNAL_ID, fault={"kind": "denied", "service": "organizations"})
    assert notebooks(scan) == {MANAGEMENT}
    assert ran.code == 3
    assert "organizations:ListAccounts" in {gap["permission"] for gap in scan["gaps"] if gap["blocking"]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--org", "--ou", "ou-empty"), "no active account"),
        (("--ou", "ou-lab"), "--ou chooses within an organisation"),
        (("--accounts", "12345"), "not an account number"),
        (("--org", "--assume-role", f"arn:aws:iam::{PROD}:role/x"), "names one account's role"),
        (("--external-id", "x"), "--external-id without a role"),
        (("--org", "--accounts", "000000000000"), "account not active in the organisation"),
        (("--org", "--ou", "ou-none"), "no such root or organisational unit"),
    ],
)
def test_what_cannot_be_meant_is_said(sim: AwsSim, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    ran, _ = audit(sim, tmp_path, *options)
    assert ran.code == 2
    assert message in ran.err


def test_an_account_in_no_organisation_says_so(sim: AwsSim, tmp_path: Path) -> None:
    ran, _ = audit(sim, tmp_path, "--org", account=PROD)
    assert ran.code == 2
    assert "in no organisation" in ran.err


def test_credentials_that_run_out_are_renewed_once(sim: AwsSim, tmp_path: Path) -> None:
    role = ("--assume-role", f"arn:aws:iam::{PROD}:role/zscan-audit", "--external-id", EXTERNAL_ID)
    ran, scan = audit(sim, tmp_path, *role, fault={"kind": "expired", "after": 150, "access_key": "ASIA*"})
    assert len([call for call in sim.calls() if call["op"] == "AssumeRole"]) >= 2
    assert notebooks(scan) == {PROD}
    assert not [gap for gap in scan["gaps"] if gap["reason"] == "EXPIRED"], ran.err


def test_credentials_that_cannot_be_renewed_stop_their_account_alone(sim: AwsSim, tmp_path: Path) -> None:
    both = ("--accounts", PROD, "--accounts", LAB, "--external-id", EXTERNAL_ID)
    ran, scan = audit(sim, tmp_path, *both, fault={"kind": "expired", "account": PROD, "access_key": "ASIA*", "service": "sagemaker"})
    assert ran.code == 3
    assert {gap["scope"].split("/")[1] for gap in scan["gaps"] if gap["reason"] == "EXPIRED"} == {PROD}
    assert LAB in notebooks(scan)
