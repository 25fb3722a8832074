"""The policy file: where it is looked for, what it may say, and whose word counts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from zscan import config, schemas
from zscan.config import Config, effective, find, parse
from zscan.errors import ConfigError


def repository(tmp_path: Path, text: str = 'level = "strict"\n') -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "zscan.toml").write_text(text)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    return tmp_path


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), Path("zscan.toml"))
    return caught.value


def test_it_is_read_at_the_git_root_and_never_in_a_deeper_folder(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "deep" / "zscan.toml").write_text('level = "starter"\n')
    found = find(root / "deep" / "er")
    assert found is not None
    assert found.config.level == "strict"
    assert (found.note.path, found.note.sha256) == ("zscan.toml", hashlib.sha256(b'level = "strict"\n').hexdigest())
    (root / "zscan.toml").unlink()
    assert find(root / "deep") is None


def test_outside_git_the_working_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "zscan.toml").write_text('level = "strict"\n')
    (tmp_path / "below").mkdir()
    if config.git_root(tmp_path) is not None:
        pytest.skip("the temporary folder lies in a git checkout")
    assert find(tmp_path) is not None
    assert find(tmp_path / "below") is None


def test_a_worktree_has_a_file_for_git(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert config.git_root(tmp_path) == tmp_path.resolve()


def test_the_choice_of_a_file_or_none(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "deep" / "other.toml").write_text('fail_on = "low"\n')
    assert find(root, "none") is None
    chosen = find(root, "deep/other.toml")
    assert chosen is not None
    assert (chosen.config.fail_on, chosen.config.level, chosen.note.path) == ("low", "standard", "deep/other.toml")
    with pytest.raises(ConfigError, match="No such file"):
        find(root, "missing.toml")


def test_every_value_in_force_has_an_origin() -> None:
    file = parse(b'level = "strict"\nfail_on = "low"\nselect = ["NET"]\n', Path("zscan.toml"))
    merged = effective(file, {"fail_on": "critical", "ignore": ["ZS-NET-01"]})
    assert (merged.config.level, merged.config.fail_on, merged.config.ignore, merged.config.select) == (
        "strict",
        "critical",
        ("ZS-NET-01",),
        ("NET",),
    )
    assert {name: merged.origins[name] for name in ("level", "fail_on", "ignore", "select", "exclude")} == {
        "level": "file",
        "fail_on": "command line",
        "ignore": "command line",
        "select": "file",
        "exclude": "default",
    }
    assert set(merged.origins) == set(Config.__struct_fields__)
    assert effective(None, {}).config == Config()
    with pytest.raises(ValueError, match="levle"):
        effective(None, {"levle": "x"})


@pytest.mark.parametrize(
    ("text", "line", "words", "suggestion"),
    [
        ('level = "strict"\nfail-on = "low"\n', 2, "unknown member `fail-on`", "fail_on"),
        ('\n\nfail_on = "hgih"\n', 3, "hgih", "high"),
        ("select = 3\n", 1, "array", ""),
        ('level = "strict"\nselect = ["NET", 4]\n', 2, "str", ""),
        ("level = \n", 1, "Invalid value", ""),
        ('a = "\n', 1, "", ""),
        ('ignore = ["", "x"]\n', 1, "empty entry", ""),
        ("[params]\nZS-ENC-01 = 3\n", 1, "object", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, words: str, suggestion: str) -> None:
    error = refused(text)
    assert (error.file, error.line, error.suggestion) == ("zscan.toml", line, suggestion)
    assert words in error.message


@pytest.mark.parametrize("key", ["command", "plugins", "exec", "endpoint_url", "pre_hook", "proxy_url"])
def test_commands_endpoints_and_plug_ins_are_refused_in_words(key: str) -> None:
    error = refused(f'level = "strict"\n{key} = "x"\n')
    assert error.line == 2
    assert "cannot name commands, endpoints or plug-ins" in error.message


PUBLIC = """\
[[public_by_design]]
asset = "*chat*"
owner = "web"
reason = "help desk"
expires = 2027-06-30
requires = ["auth.required"]
"""


def test_public_endpoints_by_design() -> None:
    (one,) = parse(PUBLIC.encode(), Path("zscan.toml")).config.public_by_design
    assert (one.asset, one.expires, one.requires) == ("*chat*", "2027-06-30", ("auth.required",))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("auth.required", "auth.requird", 6, "unknown fact"),
        ("auth.required", "link.service", 6, "not a true-or-false fact"),
        ('["auth.required"]', "[]", 6, "is empty"),
        ("2027-06-30", '"soon"', 5, "calendar day"),
        ("2027-06-30", '"2027-6-30"', 5, "calendar day"),
        ('"web"', '""', 3, "is empty"),
        ("owner", "owned_by", 3, "unknown member"),
        ('reason = "help desk"\n', "", 1, "missing"),
    ],
)
def test_a_public_endpoint_needs_all_its_members(old: str, new: str, line: int, words: str) -> None:
    error = refused("level = 'strict'\n\n" + PUBLIC.replace(old, new))
    assert error.line == line + 2
    assert words in error.message


def test_a_policy_file_names_files_of_its_own_repository(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    root = repository(tmp_path / "repo")
    for value in ("../outside.yaml", "/etc/passwd", "deep/../../outside.yaml"):
        (root / "zscan.toml").write_text(f'waivers = ["{value}"]\n')
        with pytest.raises(ConfigError, match="outside the repository"):
            effective(find(root), {}).paths("waivers")
    (tmp_path / "outside.yaml").write_text("x")
    (root / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (root / "zscan.toml").write_text('waivers = ["link.yaml"]\n')
    with pytest.raises(ConfigError, match="outside the repository"):
        effective(find(root), {}).paths("waivers")


def test_paths_of_the_file_are_relative_to_it_and_those_of_the_command_line_are_as_given(tmp_path: Path) -> None:
    root = repository(tmp_path, 'waivers = ["deep/waivers.yaml"]\n')
    assert effective(find(root / "deep"), {}).paths("waivers") == (root.resolve() / "deep" / "waivers.yaml",)
    assert effective(find(root), {"waivers": ["../w.yaml"]}).paths("waivers") == (Path("../w.yaml"),)


def test_the_template_is_valid_with_and_without_its_comments() -> None:
    assert parse(config.TEMPLATE.encode(), Path("zscan.toml")).config == Config()
    lines = config.TEMPLATE.splitlines()
    live = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in lines]
    parsed = parse("\n".join(live).encode(), Path("zscan.toml"))
    assert parsed.config.public_by_design
    assert parsed.config.params == {"ZS-ENC-05": {"max_age_days": 90}}
    assert {"waivers", "catalogs", "exclude", "allow_gaps", "select", "ignore"} <= parsed.stated


def test_the_schema_knows_the_members() -> None:
    validator = Draft202012Validator(schemas.schema("config"))
    assert list(validator.iter_errors({"level": "strict", "fail_on": "low"})) == []
    assert list(validator.iter_errors({"fail-on": "low"}))
    assert list(validator.iter_errors({"fail_on": "hgih"}))


def test_hostile_nesting_is_an_error_and_no_crash() -> None:
    refused("a = " + "[" * 20_000)
