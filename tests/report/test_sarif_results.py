from __future__ import annotations

import re

import msgspec
import pytest

from tests.report.fixtures import (
    AGENT,
    ENDPOINT,
    FINDINGS,
    TF_NOTEBOOK,
    asset,
    fact,
    finding,
    sample_scan,
)
from tests.report.sarif_log import FAIL, files, fingerprint, line, notes, results, tf, uri
from zscan.model.finding import Finding, finding_id
from zscan.model.source import FileSource
from zscan.report import sarif_results
from zscan.report.sarif_text import file_uri, synthetic_uri

# ---- places


def test_a_failure_of_a_file_stands_at_the_line_that_fails() -> None:
    by_rule = {result["ruleId"]: result for result in results(sample_scan()) if uri(result).endswith((".tf", ".yaml"))}
    assert (uri(by_rule["ZS-NET-02"]), line(by_rule["ZS-NET-02"])) == ("infra/main.tf", 44)
    assert (uri(by_rule["ZS-SEC-01"]), line(by_rule["ZS-SEC-01"])) == ("k8s/mcp.yaml", 27)
    assert by_rule["ZS-NET-02"]["locations"][0]["logicalLocations"] == [
        {"name": "lab", "fullyQualifiedName": TF_NOTEBOOK, "kind": "resource"}
    ]


def test_without_a_line_of_evidence_it_stands_at_the_asset() -> None:
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL)))
    assert (uri(result), line(result)) == ("infra/main.tf", 41)


def test_evidence_on_the_asset_itself_goes_before_that_of_others() -> None:
    elsewhere = fact("infra#role", "p", True, "", FileSource("infra/iam.tf", 3))
    own = fact(TF_NOTEBOOK, "q", True, "", FileSource("infra/main.tf", 46))
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL, evidence=elsewhere + own)))
    assert (uri(result), line(result)) == ("infra/main.tf", 46)
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL, evidence=elsewhere)))
    assert (uri(result), line(result)) == ("infra/iam.tf", 3)


def test_a_live_asset_has_a_stable_address_of_its_own() -> None:
    (chat, hostile) = sorted((r for r in results(sample_scan()) if r["ruleId"] == "ZS-NET-01"), key=uri, reverse=True)
    assert uri(chat) == "zscan/aws/111122223333/eu-west-1/endpoint/chat"
    assert chat["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    assert chat["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == ENDPOINT
    assert uri(hostile).startswith("zscan/aws/111122223333/eu-west-1/endpoint/%22%3E%3Cscript%3E")
    assert not re.search("%[01][0-9A-F]|%E2%80%AE", uri(hostile))
    role = next(r for r in results(sample_scan()) if r["ruleId"] == "ZS-IDN-01")
    assert uri(role) == "zscan/aws/111122223333/global/identity/ml-admin"


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("infra/main.tf", "infra/main.tf"),
        ("./a b/ü#?%.tf", "a%20b/%C3%BC%23%3F%25.tf"),
        ("C:\\work\\x.tf", "x.tf"),
        ("c:/Users/me/infra/main.tf", "main.tf"),
        ("/home/me/infra/main.tf", "main.tf"),
        ("../../x.tf", "x.tf"),
        ("a:b.tf", "a%3Ab.tf"),
        ("\ud800.tf", "%ED%A0%80.tf"),
        ("", "-"),
    ],
)
def test_file_addresses(file: str, address: str) -> None:
    assert file_uri(file) == address


def test_names_that_are_no_names_keep_addresses_apart() -> None:
    odd = ["", ".", "..", "a/b", "x" * 500, "x" * 501, "é" * 400]
    addresses = [synthetic_uri(name) for name in odd]
    assert len(set(addresses)) == len(odd)
    assert all(len(address) < 250 and ".." not in address and address.count("/") == 1 for address in addresses)


# ---- identity and folding


def test_fingerprints_do_not_move_with_lines() -> None:
    def moved(known: Finding) -> Finding:
        evidence = tuple(
            msgspec.structs.replace(item, source=FileSource(item.source.file, item.source.line + 100))
            if isinstance(item.source, FileSource)
            else item
            for item in known.evidence
        )
        return msgspec.structs.replace(known, evidence=evidence)

    before = {uri(r) + r["ruleId"]: r for r in results(sample_scan())}
    after = {uri(r) + r["ruleId"]: r for r in results(sample_scan(findings=tuple(moved(known) for known in FINDINGS)))}
    assert {key: r["partialFingerprints"] for key, r in before.items()} == {key: r["partialFingerprints"] for key, r in after.items()}
    assert any(line(before[key]) != line(after[key]) for key in before)


def test_every_result_has_an_identity_of_its_own() -> None:
    found = [fingerprint(result) for result in results(sample_scan())]
    assert len(set(found)) == len(found) > 10


def test_the_identity_is_known() -> None:
    """A change of this value would close and reopen every alert of every user."""
    (result,) = results(files(finding("ZS-NET-02", TF_NOTEBOOK, FAIL)))
    assert result["partialFingerprints"] == {
        "primaryLocationLineHash": "59981e235b172798:1",
        "zscanFindingId/v1": finding_id("ZS-NET-02", TF_NOTEBOOK),
    }


def test_instances_on_one_line_are_one_result() -> None:
    many = tuple(tf(f"e[{i}]", 7) for i in range(3))
    (result,) = results(files(*(finding("ZS-NET-01", one.id, FAIL, "open") for one in many), assets=many))
    assert result["message"]["text"] == "open (one of 3 elements on this line that fail, in 3 assets)"
    assert result["properties"]["instances"] == 3
    assert len(result["locations"][0]["logicalLocations"]) == 3


def test_instances_on_other_lines_or_of_other_rules_stay_apart() -> None:
    many = (tf("a", 7), tf("b", 8), tf("c", 7, "infra/other.tf"))
    found = results(files(*(finding(r, one.id, FAIL) for one in many for r in ("ZS-NET-01", "ZS-NET-03")), assets=many))
    assert len(found) == 6
    assert len({fingerprint(result) for result in found}) == 6


def test_a_folded_result_keeps_its_identity_when_others_join() -> None:
    many = tuple(tf(f"e[{i}]", 7) for i in range(3))
    (one,) = results(files(finding("ZS-NET-01", many[0].id, FAIL), assets=many))
    (three,) = results(files(*(finding("ZS-NET-01", each.id, FAIL) for each in many), assets=many))
    assert fingerprint(one) == fingerprint(three)


def test_elements_of_a_live_asset_are_one_result() -> None:
    found = [finding("ZS-AGT-02", AGENT, FAIL, f"may call {key}", key=key) for key in ("pay", "refund")]
    (both,) = results(sample_scan(findings=tuple(found)))
    assert both["message"]["text"] == "may call pay (one of 2 elements of this asset that fail)"
    (one,) = results(sample_scan(findings=(found[1],)))
    assert fingerprint(both) == fingerprint(one)


def test_elements_on_lines_of_their_own_have_identities_of_their_own() -> None:
    found = [
        finding("ZS-NET-02", TF_NOTEBOOK, FAIL, key=str(i), evidence=fact(TF_NOTEBOOK, "p", 1, "", FileSource("infra/main.tf", i)))
        for i in (5, 6)
    ]
    assert len({fingerprint(result) for result in results(files(*found))}) == 2


def test_live_assets_of_one_name_are_not_folded() -> None:
    twins = tuple(asset(f"arn:{i}", "agent", "twin", "T") for i in range(2))
    found = results(sample_scan(assets=twins, findings=tuple(finding("ZS-GRD-01", one.id, FAIL) for one in twins)))
    assert len(found) == 2
    assert len({fingerprint(result) for result in found}) == 2


def test_above_the_limit_whole_rules_are_folded_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_results, "MOST_RESULTS", 12)
    many = tuple(tf(f"e{i}", i + 1) for i in range(20))
    found = [finding("ZS-NET-01", one.id, FAIL) for one in many] + [finding("ZS-NET-03", one.id, FAIL) for one in many[:5]]
    scan = files(*found, assets=many)
    shown = results(scan)
    assert [result["ruleId"] for result in shown] == ["ZS-NET-01"] + ["ZS-NET-03"] * 5
    assert "one of 20 failures of this rule, in 20 assets; all are folded into this result" in shown[0]["message"]["text"]
    (note,) = notes(scan, "folded")
    assert note["level"] == "warning"
    assert "25 open failures" in note["message"]["text"]
    assert "ZS-NET-01." in note["message"]["text"]
    assert "ZS-NET-03" not in note["message"]["text"]


def test_below_the_limit_nothing_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_results, "MOST_RESULTS", 20)
    many = tuple(tf(f"e{i}", i + 1) for i in range(20))
    scan = files(*(finding("ZS-NET-01", one.id, FAIL) for one in many), assets=many)
    assert len(results(scan)) == 20
    assert notes(scan, "folded") == []


def test_more_than_is_shown_is_said() -> None:
    scan = files(*(finding("ZS-NET-01", f"arn:{i}", FAIL) for i in range(5001)), assets=())
    (note,) = notes(scan, "shown")
    assert "5,001 results, of which code scanning shows 5,000" in note["message"]["text"]
