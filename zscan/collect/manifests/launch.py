"""Command lines as containers start them: tokens out of lists and shell strings, and flags with their values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

_VARIABLE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)|\$\{([A-Za-z_]\w*)\}")
_LONGEST = 20_000  # characters of one shell string that are split; longer scripts are searched as text only
_QUOTES = "'\""


def tokens(arguments: Iterable[str]) -> tuple[str, ...]:
    """The words of a command line. An argument with white space in it is a shell string and is split as a shell would."""
    found: list[str] = []
    for argument in arguments:
        if any(space in argument for space in " \n\t") and not argument.lstrip().startswith(("{", "[")):
            found.extend(_split(argument[:_LONGEST]))
        else:
            found.append(argument)
    return tuple(found)


@lru_cache(maxsize=4096)
def _split(line: str) -> tuple[str, ...]:
    line = line.replace("\\\n", " ")
    try:
        return tuple(shlex.split(line, comments=False))
    except ValueError:  # an unbalanced quote: a script fragment
        return tuple(word.strip(_QUOTES) for word in line.split())


def expand(argument: str, environment: Mapping[str, object]) -> str:
    """`argument` with `$(NAME)` and `${NAME}` replaced where the environment holds a literal."""

    def value(match: re.Match[str]) -> str:
        known = environment.get(match[1] or match[2])
        return known if isinstance(known, str) else match[0]

    return _VARIABLE.sub(value, argument) if "$" in argument else argument


def flags(words: Sequence[str]) -> dict[str, str]:
    """Long flags with their values ("" for a flag alone); `_` and `-` are the same, as most argument parsers have it.

    `--name=value`, `--name value` and `--Section.name=value` are understood. The last one wins.
    """
    found: dict[str, str] = {}
    for index, word in enumerate(words):
        if not word.startswith("--") or len(word) < 3:  # noqa: PLR2004 (a bare `--` ends the flags)
            continue
        name, equals, value = word.partition("=")
        following = words[index + 1] if index + 1 < len(words) else ""
        if not equals and following and not following.startswith("--") and following not in {"&&", "||", ";", "|", "&"}:
            value = following
        found[name.replace("_", "-")] = value.strip(_QUOTES)
    return found
