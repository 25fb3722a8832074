"""Grants as people read them: rows, what a word means, the matrix, one subject, files, the chapter and the short section."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import msgspec
import pytest

from tests.report.estate import ACCOUNT, ASSETS, BUCKET, ENDPOINT, HOSTILE_NAME, MODEL, ROLE
from tests.report.fixtures import sample_scan
from tests.report.grants import GRANTS, PARTNER
from zscan import scanfile
from zscan.errors import UsageError
from zscan.model.asset import Relation
from zscan.model.grant import Capability, Grant, Step
from zscan.report import access_chapter, access_files
from zscan.report import access_view as view
from zscan.report.html import render as html
from zscan.report.terminal import text
from zscan.report.terminal_access import render
from zscan.report.terminal_lines import columns

KNOWN = view.Names({asset.id: asset for asset in ASSETS})


def grant(principal: str = ROLE, capability: str = "invoke", outcome: Any = "allowed", **more: Any) -> Grant:
    fields = {"principal_kind": "role", "targets": (ENDPOINT,), **more}
    return Grant(principal=principal, capability=Capability(capability), outcome=outcome, **fields)


def shown(*grants: Grant, of: str = "", width: int = 80, colour: bool = False) -> str:
    subject = view.find(of, grants, KNOWN) if of else None
    return render(grants, KNOWN, subject, header="aws/1", age="", colour=colour, width=width)


def flat(text: str) -> str:
    return " ".join(text.split())


# ---- rows


def test_who_is_outside_comes_first_then_the_worst_that_is_sure() -> None:
    rows = view.overview(GRANTS, KNOWN).rows
    assert [row.party.kind for row in rows] == ["public", "account", "role", "user"]
    inside = [
        grant("a", "invoke"),
        grant("b", "administer"),
        grant("c", "escalate", targets=()),
        grant("d", "escalate", "unknown", targets=()),
        grant("e", "escalate", "conditional", targets=(), conditions=("mfa",)),
    ]
    assert [row.party.id for row in view.overview(inside, KNOWN).rows] == ["c", "e", "b", "a", "d"]


def test_a_cell_counts_assets_once_and_says_how_sure_it_is() -> None:
    def cell(*grants: Grant) -> str:
        (row,) = view.overview(grants, KNOWN).rows
        return row.cells[Capability.INVOKE].text

    assert cell(grant(targets=(ENDPOINT, MODEL)), grant(targets=(MODEL,), conditions=())) == "2"
    assert cell(grant(outcome="conditional", conditions=("x",))) == "1~"
    assert cell(grant(outcome="unknown", targets=(ENDPOINT, MODEL))) == "2?"
    assert cell(grant(everywhere=True)) == "all"
    assert cell(grant(everywhere=True, outcome="unknown"), grant()) == "1+"
    assert cell(grant(targets=())) == "yes"


def test_a_cell_in_words() -> None:
    def words(*grants: Grant) -> str:
        (row,) = view.overview(grants, KNOWN).rows
        return row.cells[Capability.INVOKE].words

    assert words(grant()) == "1 asset"
    assert words(grant(everywhere=True)) == "all"
    assert words(grant(targets=())) == ""
    assert words(grant(targets=(ENDPOINT, MODEL), outcome="unknown")) == "2 assets, undecided"
    assert words(grant(), grant(outcome="conditional", conditions=("x",))) == "1 asset, and more less sure"


def test_the_order_does_not_depend_on_the_order_of_the_grants() -> None:
    mixed = [GRANTS[index] for index in (3, 0, 4, 2, 1)]
    assert view.overview(mixed, KNOWN) == view.overview(GRANTS, KNOWN)
    assert shown(*mixed) == shown(*GRANTS)


def test_top_risks_are_outsiders_and_those_who_can_raise_themselves() -> None:
    risks = view.top_risks(view.overview(GRANTS, KNOWN).rows)
    assert [(row.party.kind, capability.value) for row, capability in risks] == [
        ("public", "read-training-data"),
        ("account", "invoke"),
        ("role", "escalate"),
    ]


# ---- what reaches an asset


def test_a_grant_over_everything_reaches_assets_of_its_account_alone() -> None:
    endpoint = KNOWN.assets[ENDPOINT]
    wide = grant(everywhere=True, targets=(), account=ACCOUNT)
    assert view.covers(wide, endpoint)
    assert not view.covers(msgspec.structs.replace(wide, account="999988887777"), endpoint)
    assert not view.covers(msgspec.structs.replace(wide, provider="azure"), endpoint)
    assert not view.covers(grant(everywhere=True, targets=(MODEL,)), endpoint)
    assert view.covers(grant(), endpoint)


def test_what_an_asset_leans_on_is_shown_apart() -> None:
    endpoint = msgspec.structs.replace(KNOWN.assets[ENDPOINT], relations=(Relation("reads", BUCKET),))
    reader = grant(capability="read-training-data", targets=(BUCKET,))
    assert view.to_asset([reader], endpoint) == []
    assert view.to_supports([reader], endpoint) == [(BUCKET, reader)]
    known = view.Names({**KNOWN.assets, ENDPOINT: endpoint})
    out = render([reader], known, view.find(ENDPOINT, [reader], known), header="", age="", colour=False, width=80)
    assert "No grant reaches it in what was read." in out
    assert "Who can use what it leans on" in out
    assert "role ml-admin (111122223333), on training-data" in flat(out)


# ---- what a word means


@pytest.mark.parametrize(
    ("word", "expected"),
    [(ENDPOINT, ENDPOINT), ("training-data", BUCKET), ("ml-admin", ROLE), (PARTNER, PARTNER), ("*", "*"), ("ml-*", ROLE)],
)
def test_a_word_is_an_id_a_name_or_a_glob(word: str, expected: str) -> None:
    assert view.find(word, GRANTS, KNOWN).id == expected


def test_a_word_that_means_several_things_lists_them() -> None:
    with pytest.raises(UsageError) as caught:
        view.find("*chat*", GRANTS, KNOWN)
    assert ENDPOINT in caught.value.why
    assert "give the whole id" in caught.value.hint
    twin = msgspec.structs.replace(KNOWN.assets[ENDPOINT], id="other", name="line\n::error::x")
    with pytest.raises(UsageError) as hostile:
        view.find("*", [], view.Names({"a": twin, "b": msgspec.structs.replace(twin, id="b")}))
    assert "\n::error" not in hostile.value.diagnostics()


def test_a_word_that_means_nothing_suggests_what_is_near() -> None:
    with pytest.raises(UsageError, match="nothing is called 'ml-admim'") as caught:
        view.find("ml-admim", GRANTS, KNOWN)
    assert caught.value.hint == "did you mean ml-admin?"
    with pytest.raises(UsageError) as far:
        view.find("zzzzzz", GRANTS, KNOWN)
    assert "zscan inventory --all" in far.value.hint


def test_something_can_be_principal_and_asset() -> None:
    both = view.find("ml-admin", [*GRANTS, grant("x", "administer", targets=(ROLE,))], KNOWN)
    assert both.principal
    assert both.asset is not None
    out = shown(*GRANTS, grant("x", "administer", targets=(ROLE,)), of="ml-admin")
    assert "\nCan" in out
    assert "\nWho can use it" in out


# ---- on a terminal


def test_the_matrix_counts_and_names_what_was_not_read() -> None:
    out = shown(*GRANTS)
    assert "4 principals with 5 grants over 3 assets" in out
    assert "anyone, 1 foreign account, 1 user, 1 role" in out
    assert "grants: 3 allowed, 1 under conditions, 1 undecided" in out
    assert "not read: policies of the organisation; it may still take 1 grant away" in flat(out)
    row = next(line for line in out.splitlines() if line.startswith("  role"))
    assert row.split() == ["role", "yes", "all", "·", "·", "·", "·", "·", "·"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_and_hostile_names_are_made_visible(width: int) -> None:
    grants = [*GRANTS, grant(HOSTILE_NAME, conditions=(HOSTILE_NAME,), unread=(HOSTILE_NAME,), path=(Step("group", HOSTILE_NAME),))]
    out = shown(*grants, width=width)
    out += shown(*grants, of=ENDPOINT, width=width)
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert all(columns(line) <= width or " " not in line.strip() or line.startswith("  ") for line in out.splitlines())
    if width == 60:
        assert "escalate yes, administer all" in out
    assert "\x1b[" in shown(*grants, colour=True)


def test_one_asset_shows_by_which_path_and_under_which_conditions() -> None:
    out = flat(shown(*GRANTS, of=BUCKET))
    assert "under conditions anyone path policy of the asset training (s3:GetObject for everybody)" in out
    assert "if the request comes through VPC endpoint vpce-1" in out


def test_one_principal_shows_what_it_can_do_to_what() -> None:
    out = flat(shown(*GRANTS, of="ml-admin"))
    assert "give itself more rights escalate allowed its own rights" in out
    assert "every one of its kind (now 2: chat, chat-7b)" in out
    assert "path group ml › policy everything (* on *)" in out
    assert "not read: policies of the organisation" in out


def test_without_grants_it_says_where_rights_are_read() -> None:
    assert "zscan access aws" in flat(shown())


# ---- files


def test_csv_has_a_line_for_each_grant_and_asset_and_no_formula() -> None:
    hostile = grant("=cmd()", conditions=("@x", "y"), targets=())
    rows = list(csv.DictReader(io.StringIO(access_files.to_csv([*GRANTS, hostile], KNOWN).decode())))
    assert len(rows) == sum(max(1, len(one.targets)) for one in GRANTS) + 1
    assert rows[-1]["principal"] == "'=cmd()"
    assert rows[-1]["conditions"] == "'@x; y"
    assert {row["asset_name"] for row in rows if row["capability"] == "administer"} == {"chat", "chat-7b"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_json_holds_grants_and_the_names_that_they_need() -> None:
    document = access_files.AccessDocument(
        schema=access_files.SCHEMA,
        collected_from="",
        collected_to="",
        targets=("x",),
        grants=GRANTS,
        assets=access_files.named(GRANTS, KNOWN),
    )
    data = json.loads(access_files.to_json(document))
    assert [one["capability"] for one in data["grants"]] == [one.capability.value for one in GRANTS]
    assert set(data["assets"]) == {ENDPOINT, MODEL, BUCKET, ROLE}


# ---- in reports


def test_grants_survive_saving() -> None:
    assert scanfile.decode(scanfile.encode(sample_scan())).access == GRANTS


def test_the_short_section_names_top_risks_and_needs_grants() -> None:
    out = flat(text(sample_scan(), colour=False, verbose=False, width=100))
    assert "Who can use it 4 principals, 5 grants under conditions anyone can read training data, over 1 asset" in out
    assert "allowed role ml-admin can give itself more rights" in out
    assert "policies of the organisation (1 grant)" in out
    assert "Who can use it" not in text(sample_scan(access=()), colour=False, verbose=False)
    inside = sample_scan(access=(grant(),))
    assert "Nobody from outside holds a grant" in flat(text(inside, colour=False, verbose=False))


def test_the_chapter_folds_large_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_chapter, "SHOWN_PRINCIPALS", 3)
    monkeypatch.setattr(access_chapter, "SHOWN_GRANTS", 2)
    many = tuple(grant(f"role-{number}", capability.value) for number in range(5) for capability in Capability)
    page = html(sample_scan(access=many)).decode()
    assert page.count('<details class="who">') == 3
    assert "Showing 3 of 5 principals" in page
    assert "Showing 2 of 8 grants" in page
    assert 'id="access"' not in html(sample_scan(access=())).decode()


def test_a_page_of_ten_thousand_grants_stays_small() -> None:
    targets = tuple(f"{MODEL}-{number}" for number in range(300))
    many = tuple(grant(f"role-{number}", capability.value, targets=targets) for number in range(1250) for capability in Capability)
    more = len(html(sample_scan(access=many))) - len(html(sample_scan(access=())))
    assert more < 1_000_000
