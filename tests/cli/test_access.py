"""`zscan access`, as a user types it, on saved scans, snapshots and files."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.report.estate import ASSETS, ENDPOINT, ROLE
from tests.report.fixtures import GAPS, sample_scan
from tests.report.grants import GRANTS
from zscan import scanfile
from zscan.audit import Inventory
from zscan.cli import policy, run, snapshots
from zscan.diff import ChangeKind
from zscan.model.grant import Grant
from zscan.schemas import schema

Zscan = Callable[..., tuple[int, str, str]]


@pytest.fixture
def zscan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Zscan:
    """Run a command line beside a complete and an incomplete saved scan."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("scan.json").write_bytes(scanfile.encode(sample_scan(gaps=())))
    Path("dark.json").write_bytes(scanfile.encode(sample_scan(gaps=GAPS)))

    def call(*arguments: str) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        code = run(list(arguments))
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return call


def test_everybody_then_one_asset_then_one_principal(zscan: Zscan) -> None:
    code, out, _ = zscan("access", "scan.json")
    assert code == 0
    assert "4 principals with 5 grants" in out
    code, out, _ = zscan("access", "chat-7b", "scan.json")
    assert code == 0
    assert "Who can use it" in out
    assert "every one" not in out
    assert zscan("access", "scan.json", "ml-admin")[1] == zscan("access", "--about", "ml-admin", "scan.json")[1] != out
    assert "give itself more rights" in zscan("access", "ml-admin", "scan.json")[1]


def test_a_name_that_is_also_a_path_needs_about(zscan: Zscan) -> None:
    Path("ml-admin").mkdir()
    assert zscan("access", "ml-admin", "scan.json")[0] == 2  # a folder and a scan: two targets
    assert zscan("access", "--about", "ml-admin", "scan.json")[0] == 0


def test_two_names_and_unknown_words_are_misuse(zscan: Zscan) -> None:
    code, _, err = zscan("access", "ml-admin", "chat", "scan.json")
    assert (code, "only one of them can be the name" in err) == (2, True)
    code, _, err = zscan("access", "scan.json", "ml-admim")
    assert (code, "did you mean ml-admin?" in err) == (2, True)
    code, _, err = zscan("access", "scan.json", "*chat*")
    assert (code, ENDPOINT in err) == (2, True)
    code, _, err = zscan("access", "scan.json", "--capability", "invok")
    assert (code, "did you mean invoke?" in err) == (2, True)
    code, _, err = zscan("access", "scan.json", "-o", "html")
    assert (code, "known: table, json, csv" in err) == (2, True)


def test_json_follows_its_schema_and_csv_is_a_table(zscan: Zscan) -> None:
    code, out, _ = zscan("access", "scan.json", "-o", "json")
    assert code == 0
    document = json.loads(out)
    jsonschema.validate(document, schema("access"))
    assert len(document["grants"]) == len(GRANTS)
    about = json.loads(zscan("access", "scan.json", "ml-admin", "-o", "json")[1])
    assert about["subject"] == ROLE
    assert {grant["principal"] for grant in about["grants"]} == {ROLE}
    one = json.loads(zscan("access", "scan.json", "--capability", "invoke", "-o", "json")[1])
    assert {grant["capability"] for grant in one["grants"]} == {"invoke"}
    rows = list(csv.DictReader(io.StringIO(zscan("access", "scan.json", "-o", "csv")[1])))
    assert len(rows) == sum(max(1, len(grant.targets)) for grant in GRANTS)


def test_reports_go_to_files_and_colour_stays_out_of_them(zscan: Zscan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, err = zscan("access", "scan.json", "-o", "csv=a.csv", "-o", "table=a.txt", "-o", "json=a.json")
    assert (code, out) == (0, "")
    assert err.count("wrote ") == 3
    assert "\x1b" not in Path("a.txt").read_text()
    assert "\x1b" in zscan("access", "scan.json")[1]
    assert "\x1b" not in zscan("access", "scan.json", "--no-color")[1]
    assert zscan("access", "scan.json", "-q", "-o", "csv=a.csv") == (0, "", "")


def test_an_incomplete_scan_says_so(zscan: Zscan) -> None:
    code, _, err = zscan("access", "dark.json")
    assert code == 3
    assert "incomplete" in err


def test_the_age_of_saved_data_is_told(zscan: Zscan) -> None:
    collected = sample_scan().run.collected_to
    out = zscan("access", "scan.json", "--now", "2027-11-20")[1]
    assert collected in out
    assert "days ago" in out
    assert "days ago" not in zscan("access", "scan.json", "--now", collected)[1]


def test_a_scan_on_standard_input(zscan: Zscan, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("scan.json").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert zscan("access", "-")[1] == zscan("access", "scan.json")[1]


def test_files_without_rights_say_where_rights_are_read(zscan: Zscan) -> None:
    Path("scan.json").unlink()
    Path("dark.json").unlink()
    Path("llm.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: llm}\nspec: {ports: [{port: 80}]}\n")
    code, out, _ = zscan("access")
    assert code == 0
    assert "No grant was found" in out
    assert zscan("access", "aws", "--offline")[0] == 2


# ---- snapshots, schema, diff


def inventory(*grants: Grant) -> Inventory:
    scan = sample_scan()
    return Inventory(assets=tuple(ASSETS), gaps=(), offers={}, targets=scan.run.targets, access=grants)


def test_a_snapshot_keeps_grants_and_its_bytes(zscan: Zscan) -> None:
    settings = policy.settings(config="none", now="2026-12-01")
    for name, grants in (("a.zsnap", GRANTS), ("b.zsnap", GRANTS[::-1])):
        snapshots.save(Path(name), inventory(*grants), settings)
    assert Path("a.zsnap").read_bytes() == Path("b.zsnap").read_bytes()
    assert snapshots.load(Path("a.zsnap")).access == tuple(sorted(GRANTS))
    assert "5 grants" in zscan("access", "a.zsnap")[1]
    saved = json.loads(zscan("audit", "a.zsnap", "-o", "json", "--now", "2026-12-01")[1])
    assert [grant["capability"] for grant in saved["access"]] == [grant.capability.value for grant in sorted(GRANTS)]


def test_the_scan_schema_describes_grants() -> None:
    document = json.loads(scanfile.encode(sample_scan()))
    jsonschema.validate(document, schema("scan"))
    assert "access" in schema("scan")["$defs"]["ScanDocument"]["properties"]
    document["access"][0]["outcome"] = "perhaps"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema("scan"))


def test_grants_are_no_changes(zscan: Zscan) -> None:
    Path("without.json").write_bytes(scanfile.encode(sample_scan(gaps=(), access=())))
    code, out, _ = zscan("diff", "without.json", "scan.json", "--json")
    assert code == 0
    counts = json.loads(out)["counts"]
    assert not sum(number for kind, number in counts.items() if kind not in {ChangeKind.UNCHANGED, ChangeKind.SIGHT_LOST})
