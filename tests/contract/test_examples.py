"""The example estate and its hardened twin: every mistake is found in the one and gone in the other, whatever format declares it.

Together they are the raw documents that prove a rule per provider: a rule that judges Kubernetes, Compose or CloudFormation has to fail on
some document of the estate and to pass on some document of the twin.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support.replay import judge_inventory, policy
from zscan.audit import Inventory, take_inventory
from zscan.bundled import rules_dir
from zscan.collect.iac.cloudformation import READER as CLOUDFORMATION
from zscan.collect.manifests.collect import collect_path
from zscan.engine.checked import CheckedRule
from zscan.engine.ir import Const
from zscan.engine.plan import Kind, plan_rule
from zscan.engine.specialise import Static, specialise
from zscan.model.asset import Asset
from zscan.model.finding import Finding, Status
from zscan.model.offers import Offer
from zscan.model.scan import Scan

EXAMPLES = rules_dir().parent / "examples"
FOLDERS = (EXAMPLES / "acme", EXAMPLES / "acme-hardened")
PROVIDERS = ("aws-declared", "compose", "kubernetes")
Cell = tuple[str, str]  # rule id, provider

_IN_THE_PACKAGE = "a template states a model's bucket only with model data that it cannot pin (ZS-ART-08), so the twin names none"
_NO_BUCKETS = "no manifest declares a bucket, and the rule asks about buckets"
_NEVER_SILENT = "a manifest can show an exporter, but not that nothing else collects"

# Cells that no document can fill, on the side named: "fail", or "both".
IMPOSSIBLE: Mapping[Cell, tuple[str, str]] = {
    ("ZS-ART-04", "aws-declared"): ("fail", "the registry, which no template states, may scan what the repository leaves out"),
    ("ZS-ART-07", "aws-declared"): ("both", _IN_THE_PACKAGE),
    ("ZS-ART-07", "kubernetes"): ("both", _NO_BUCKETS),
    ("ZS-ART-14", "kubernetes"): ("both", _NO_BUCKETS),
    ("ZS-ART-19", "aws-declared"): ("fail", "SageMaker takes model data from S3 and HTTPS only"),
    ("ZS-ENC-30", "aws-declared"): ("fail", "S3 encrypts every object; there is no switch"),
    ("ZS-IDN-09", "kubernetes"): ("both", "an account `default` is an asset while something runs as it, which ZS-IDN-08 forbids"),
    ("ZS-ISO-14", "aws-declared"): ("both", _IN_THE_PACKAGE),
    ("ZS-ISO-17", "kubernetes"): ("fail", "the namespace is part of an asset's id: moved out of `default`, it is another asset"),
    ("ZS-NET-28", "aws-declared"): ("both", "a store of another company, however reached, is what ZS-TPS-08 refuses until it is approved"),
    ("ZS-LOG-10", "compose"): ("fail", _NEVER_SILENT),
    ("ZS-LOG-10", "kubernetes"): ("fail", _NEVER_SILENT),
}


@dataclass(frozen=True)
class Estate:
    """An example folder, audited."""

    inventory: Inventory
    scan: Scan

    @property
    def assets(self) -> dict[str, Asset]:
        """Assets by id."""
        return {asset.id: asset for asset in self.inventory.assets}

    def findings(self, status: Status) -> Iterator[Finding]:
        """Findings of a status."""
        return (finding for finding in self.scan.findings if finding.status is status)

    def cells(self, status: Status) -> set[Cell]:
        """The rule and provider of every finding of a status."""
        return {(finding.rule_id, provider_of(self.assets[finding.asset_id].native_type)) for finding in self.findings(status)}


@cache
def audited(name: str) -> Estate:
    folder = EXAMPLES / name
    inventory = take_inventory([collect_path(folder, base=folder, iac=(CLOUDFORMATION,))])
    return Estate(inventory, judge_inventory(inventory, "strict"))


@pytest.fixture
def acme() -> Estate:
    return audited("acme")


@pytest.fixture
def twin() -> Estate:
    return audited("acme-hardened")


def provider_of(native_type: str) -> str:
    if native_type.startswith("compose/"):
        return "compose"
    return "aws-declared" if native_type.startswith("AWS::") else "kubernetes"


def judged_cells(rules: list[CheckedRule], offers: Mapping[str, Offer]) -> set[Cell]:
    """Each rule with each provider on whose documents it can reach a verdict."""
    cells = set()
    for rule in rules:
        for native_type, offer in offers.items():
            provider = provider_of(native_type)
            if offer.asset_type in rule.rule.assets and _judges(rule, offer, provider):
                cells.add((rule.id, provider))
    return cells


def _judges(rule: CheckedRule, offer: Offer, provider: str) -> bool:
    planned = plan_rule(rule, Kind(offer.asset_type, offer.native_type, "declared"), offer, rule.rule.params)
    if planned.disposition != "judge" or planned.condition is None:
        return False
    if planned.condition.applies is None:
        return True
    applies = specialise(planned.condition.applies, Static(attributes={"provider": provider.removesuffix("-declared")}))
    return not (isinstance(applies, Const) and applies.value is False)


def missing_cells(acme: Estate, twin: Estate) -> list[str]:
    """What is not proved yet: a rule and a provider without a failing document in the estate, or without a passing one in the twin."""
    needed = judged_cells(list(policy().chosen), twin.inventory.offers)
    failing, passing = acme.cells(Status.FAIL), twin.cells(Status.PASS)
    missing = []
    for cell in sorted(needed):
        side = IMPOSSIBLE.get(cell, ("", ""))[0]
        if cell not in failing and side not in {"fail", "both"}:
            missing.append(f"{cell[0]} on {cell[1]}: no document of acme fails")
        if cell not in passing and side != "both":
            missing.append(f"{cell[0]} on {cell[1]}: no document of acme-hardened passes")
    return missing


def lost_verdicts(acme: Estate, twin: Estate) -> list[str]:
    """Failures of the estate that are not passes of the twin: by element, or, where the element is gone, by asset."""
    found: dict[tuple[str, str], dict[str, Status]] = defaultdict(dict)
    for finding in twin.scan.findings:
        found[finding.rule_id, finding.asset_id][finding.key] = finding.status
    lost = []
    for failure in acme.findings(Status.FAIL):
        answers = found[failure.rule_id, failure.asset_id]
        gone = Status.PASS in answers.values() and set(answers.values()) <= {Status.PASS, Status.NOT_APPLICABLE}
        if answers.get(failure.key) is not Status.PASS and not (failure.key not in answers and gone):
            seen = ", ".join(sorted({status.value for status in answers.values()})) or "nothing"
            lost.append(f"{failure.rule_id} {failure.asset_id} {failure.key}: {seen}".strip())
    return sorted(lost)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "zscan", *arguments], cwd=EXAMPLES.parent, capture_output=True, text=True, check=False)


def test_the_estate_shows_many_mistakes_of_many_kinds(acme: Estate) -> None:
    failures = list(acme.findings(Status.FAIL))
    assert len(failures) >= 40
    assert len({failure.rule_id.split("-")[1] for failure in failures}) >= 10
    assert {provider_of(acme.assets[failure.asset_id].native_type) for failure in failures} == set(PROVIDERS)


def test_the_twin_has_no_failure(twin: Estate) -> None:
    assert [f"{failure.rule_id} {failure.asset_id}: {failure.message}" for failure in twin.findings(Status.FAIL)] == []


@pytest.mark.parametrize("name", ["acme", "acme-hardened"])
def test_everything_can_be_read(name: str) -> None:
    assert [gap for gap in audited(name).inventory.gaps if gap.blocking] == []


def test_the_twin_is_the_same_estate(acme: Estate, twin: Estate) -> None:
    known = {asset_id: asset.type for asset_id, asset in acme.assets.items()}
    same = [asset_id for asset_id, asset in twin.assets.items() if known.get(asset_id) == asset.type]
    assert len(same) / len(acme.assets) >= 0.95, sorted(acme.assets.keys() - twin.assets.keys())
    assert len(same) / len(twin.assets) >= 0.95, sorted(twin.assets.keys() - acme.assets.keys())


def test_every_file_has_a_twin() -> None:
    weak, hardened = ({path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} for folder in FOLDERS)
    assert weak == hardened


def test_what_fails_passes_in_the_twin(acme: Estate, twin: Estate) -> None:
    assert lost_verdicts(acme, twin) == []


def test_every_rule_is_proved_on_every_provider_that_it_judges(acme: Estate, twin: Estate) -> None:
    assert missing_cells(acme, twin) == []


def test_no_cell_is_called_impossible_without_need(acme: Estate, twin: Estate) -> None:
    needed = judged_cells(list(policy().chosen), twin.inventory.offers)
    failing, passing = acme.cells(Status.FAIL), twin.cells(Status.PASS)
    settled = [cell for cell, (side, _) in IMPOSSIBLE.items() if cell in failing or (side == "both" and cell in passing)]
    assert settled == []
    assert IMPOSSIBLE.keys() - needed == set()


def test_declarations_alone_satisfy_no_control(twin: Estate) -> None:
    controls = [control for framework in twin.scan.frameworks for control in framework.controls]
    assert controls
    assert [control.id for control in controls if control.status == "satisfied"] == []


def test_no_fake_credential_reaches_the_scan(acme: Estate) -> None:
    text = str((acme.inventory, acme.scan.findings)).lower()
    assert "fake" in (EXAMPLES / "acme" / "k8s" / "rag" / "rag-api.yaml").read_text().lower()
    assert [word for word in ("fakefake", "fake-key", "fake-password", "fake-token", "fake/example", "sk-1234") if word in text] == []


def test_ids_do_not_depend_on_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ids = []
    for start, target in ((tmp_path, EXAMPLES / "acme"), (EXAMPLES, Path("acme")), (EXAMPLES / "acme" / "k8s", Path(".."))):
        monkeypatch.chdir(start)
        collected = collect_path(target, base=EXAMPLES.parent, iac=(CLOUDFORMATION,))
        ids.append(sorted(draft.id for draft in collected.drafts))
    assert ids[0] == ids[1] == ids[2]
    assert all(asset_id.startswith("examples/acme/") for asset_id in ids[0])


def test_the_command_line_finds_nothing_in_the_twin(tmp_path: Path) -> None:
    done = run(
        "audit", "examples/acme-hardened", "--level", "strict", "--fail-on", "low", "--offline", "-o", f"json={tmp_path / 'scan.json'}"
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_command_line_fails_on_the_estate() -> None:
    done = run("audit", "examples/acme", "--offline", "-q")
    assert done.returncode == 1, done.stderr[-2000:]


def test_the_own_rule_loads_and_holds_its_cases() -> None:
    done = run("rules", "test", "--rules", "examples/custom-rules", "--select", "ACME-*")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
