"""The errors zscan raises on purpose. Each says what happened, why, and what to do; the exit code belongs to the kind.

    ZscanError                2   anything below
    ├── UsageError            2   arguments or an environment that cannot be used
    │   └── ConfigError       2   zscan.toml, a waiver or a baseline file      (names file and line)
    ├── RuleError             2   a rule file                                  (names file and line)
    ├── MappingError          2   a mapping, objectives or catalogue file      (names file and line)
    ├── CredentialsError      4   no requested target could be authenticated
    └── NothingToAuditError   5   no target held anything to read

What could not be read *during* a scan is no error but a gap, a part of the result. Any other exception is a bug (exit 70).
A leaf module: everything may import it, it imports nothing of zscan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import os


class ZscanError(Exception):
    """Something the user can act on: what happened (`message`), `why`, and what to do (`hint`)."""

    default_exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, why: str = "", hint: str = "", exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.hint = hint
        self.exit_code = self.default_exit_code if exit_code is None else exit_code

    def diagnostics(self) -> str:
        """The error as people read it: what happened, why, what to do; one part a line, control characters made visible."""
        return _printable("\n".join([*self._what_happened(), *self._why_and_what_to_do()]))

    def _what_happened(self) -> list[str]:
        return [self.message]

    def _why_and_what_to_do(self) -> list[str]:
        parts = (("why", self.why), ("what to do", self.hint))
        return [f"  {label}: {text}" for label, text in parts if text]


class _FileError(ZscanError):
    """An error in a file people write: it points at the place, and at the likely word where one is misspelt."""

    def __init__(  # noqa: PLR0913 (a record; keyword-only)
        self,
        message: str,
        *,
        file: str | os.PathLike[str] = "",
        line: int = 0,
        column: int = 0,
        snippet: str = "",
        suggestion: str = "",
        why: str = "",
        hint: str = "",
        exit_code: int | None = None,
    ) -> None:
        """`line` and `column` count from 1, 0 is unknown; `snippet` is the line of the file; `suggestion` is the likely word."""
        super().__init__(message, why=why, hint=hint, exit_code=exit_code)
        self.file = str(file)
        self.line = line
        self.column = column
        self.snippet = snippet
        self.suggestion = suggestion

    @property
    def place(self) -> str:
        """`file:line:column`, as far as known."""
        known = (self.file, self.line, self.column if self.line else 0)
        return one_line(":".join(str(part) for part in known if part))

    def _what_happened(self) -> list[str]:
        first = f"{self.place}: {self.message}" if self.place else self.message
        meant = [f"  did you mean {self.suggestion}?"] if self.suggestion else []
        return [first, *self._marked_snippet(), *meant]

    def _marked_snippet(self) -> list[str]:
        """The snippet, with a caret under the column where it is one line (a longer one comes with its own marks)."""
        lines = [line.rstrip() for line in self.snippet.splitlines()]
        number = str(self.line) if self.line else ""
        margin = " " * len(number)
        if len(lines) != 1:
            return [f"  {margin} | {line}" for line in lines]
        shown = [f"  {number} | {lines[0]}"]
        if 0 < self.column <= len(lines[0]) + 1:
            lead = "".join("\t" if char == "\t" else " " for char in lines[0][: self.column - 1])
            shown.append(f"  {margin} | {lead}^")
        return shown


class UsageError(ZscanError):
    """Arguments or an environment that cannot be used; nothing was audited."""


class ConfigError(_FileError, UsageError):
    """A configuration, waiver or baseline file that cannot be used; nothing was audited."""


class RuleError(_FileError):
    """A rule file that cannot be used; nothing was audited."""


class MappingError(_FileError):
    """A mapping, objectives or catalogue file that cannot be used; nothing was audited."""


class CredentialsError(ZscanError):
    """No requested target could be authenticated."""

    default_exit_code = 4


class NothingToAuditError(ZscanError):
    """A path does not exist, or no target held a readable document or scope."""

    default_exit_code = 5


def one_line(text: str) -> str:
    """Text with every control character spelt out, line ends too: a line of its own may be a command to a CI runner (`::error …`)."""
    return _spelt(text, keep="\t")


def _printable(text: str) -> str:
    """Text with every control character but line ends spelt out: a hostile file name must not drive the terminal."""
    return _spelt(text, keep="\n\t")


def _spelt(text: str, *, keep: str) -> str:
    return "".join(char if char.isprintable() or char in keep else f"\\x{ord(char):02x}" for char in text)
