"""The errors zscan raises on purpose. Each says what happened, why, and what to do; the exit code belongs to the kind.

    ZscanError
    ├── UsageError            2   arguments or environment that cannot be used
    │   └── ConfigError       2   zscan.toml or a waiver file
    ├── RuleError             2   a rule file
    ├── MappingError          2   a mapping or objectives file
    ├── CredentialsError      4   nobody could be signed in
    └── NothingToAuditError   5   no target held anything to read
"""

from __future__ import annotations


class ZscanError(Exception):
    """What happened (`message`), `why`, and what to do (`hint`)."""

    exit_code = 2

    def __init__(self, message: str, *, why: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message, self.why, self.hint = message, why, hint

    def diagnostics(self) -> str:
        """The error as people read it, one line per part."""
        lines = [self.message, f"  why:  {self.why}" if self.why else "", f"  what to do:  {self.hint}" if self.hint else ""]
        return "\n".join(line for line in lines if line)


class UsageError(ZscanError):
    """Arguments or an environment that cannot be used."""


class _FileError(ZscanError):
    def __init__(  # noqa: PLR0913 (a record; keyword-only)
        self,
        message: str,
        *,
        file: str = "",
        line: int = 0,
        column: int = 0,
        snippet: str = "",
        suggestion: str = "",
        why: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, why=why, hint=hint)
        self.file, self.line, self.column, self.snippet, self.suggestion = file, line, column, snippet, suggestion

    def diagnostics(self) -> str:
        """`file:line:column: message`, the offending text with a caret, and a suggestion."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        lines = [f"{place}: {self.message}" if place else self.message]
        if self.snippet:
            lines += [f"  {line}" for line in self.snippet.splitlines()]
        if self.suggestion:
            lines.append(f"  did you mean {self.suggestion}?")
        if self.why:
            lines.append(f"  why:  {self.why}")
        if self.hint:
            lines.append(f"  what to do:  {self.hint}")
        return "\n".join(lines)


class ConfigError(_FileError, UsageError):
    """A configuration or waiver file that cannot be used."""


class RuleError(_FileError):
    """A rule file that cannot be used."""


class MappingError(_FileError):
    """A mapping, objectives or catalogue file that cannot be used."""


class CredentialsError(ZscanError):
    """Nobody could be signed in."""

    exit_code = 4


class NothingToAuditError(ZscanError):
    """No target held anything to read."""

    exit_code = 5
