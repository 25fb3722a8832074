"""Every error says what happened, why, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from zscan.errors import (
    ConfigError,
    CredentialsError,
    MappingError,
    NothingToAuditError,
    RuleError,
    UsageError,
    ZscanError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(UsageError, 2), (ConfigError, 2), (RuleError, 2), (MappingError, 2), (CredentialsError, 4), (NothingToAuditError, 5)],
)
def test_the_kind_decides_the_exit_code(kind: type[ZscanError], code: int) -> None:
    assert kind("x").exit_code == code
    assert kind("x", exit_code=70).exit_code == 70


def test_a_plain_error_in_three_lines() -> None:
    error = CredentialsError("could not sign in to AWS", why="ExpiredToken", hint="run `aws sso login`")
    assert error.diagnostics() == "could not sign in to AWS\n  why: ExpiredToken\n  what to do: run `aws sso login`"
    assert str(error) == "could not sign in to AWS"


def test_a_file_error_points_at_the_column() -> None:
    error = RuleError(
        "unknown fact `netwrok.public_access`",
        file=Path("rules/a.yaml"),
        line=12,
        column=12,
        snippet="pass_when: netwrok.public_access == false\n",
        suggestion="`network.public_access`",
        hint="zscan schema types lists the facts",
    )
    assert error.diagnostics().splitlines() == [
        "rules/a.yaml:12:12: unknown fact `netwrok.public_access`",
        "  12 | pass_when: netwrok.public_access == false",
        "     |            ^",
        "  did you mean `network.public_access`?",
        "  what to do: zscan schema types lists the facts",
    ]


def test_the_caret_keeps_tabs() -> None:
    assert RuleError("x", file="a", line=1, column=3, snippet="\t\tab").diagnostics().splitlines()[2] == "    | \t\t^"


def test_a_column_beyond_the_line_draws_no_caret() -> None:
    assert "^" not in MappingError("x", file="a", line=1, column=99, snippet="ab").diagnostics()


def test_a_snippet_of_several_lines_is_shown_as_it_is() -> None:
    assert RuleError("x", file="a", line=7, column=1, snippet="a &&\n^").diagnostics().splitlines()[1:] == ["    | a &&", "    | ^"]


def test_a_file_without_line_is_named_alone() -> None:
    assert ConfigError("cannot be read", file="zscan.toml", column=3).diagnostics() == "zscan.toml: cannot be read"


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert UsageError("no such file: a\x1b[2Jb\r").diagnostics() == "no such file: a\\x1b[2Jb\\x0d"


def test_a_configuration_error_is_a_usage_error() -> None:
    assert issubclass(ConfigError, UsageError)
