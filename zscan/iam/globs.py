"""Wildcards of policies: `*` for any run of characters, `?` for one (IAM user guide, reference_policies_elements_resource).

A text that is tested may itself hold wildcards. It then stands for a class of resources, such as all objects of a bucket: a pattern may
`cover` all of it, or only `overlap` with it. Every test takes time in proportion to the product of both lengths at most.
"""

from __future__ import annotations

from functools import lru_cache

_WILD = frozenset("*?")
_ESCAPES = {"${*}": "\ue000", "${?}": "\ue001", "${$}": "$"}  # characters of no ARN stand for a literal star or question mark
_LITERAL = str.maketrans({"*": "\ue000", "?": "\ue001"})


def literal(text: str) -> str:
    """A value that is put into a pattern: its stars and question marks mean themselves."""
    return text.translate(_LITERAL)


def unescaped(pattern: str) -> str:
    """`${*}`, `${?}` and `${$}` stand for the characters themselves (IAM user guide, reference_policies_variables)."""
    if "${" in pattern:
        for written, meant in _ESCAPES.items():
            pattern = pattern.replace(written, meant)
    return pattern


def is_wild(text: str) -> bool:
    """Whether a text holds a wildcard."""
    return "*" in text or "?" in text


def prefix(text: str) -> str:
    """What stands before the first wildcard."""
    for index, character in enumerate(text):
        if character in _WILD:
            return text[:index]
    return text


@lru_cache(maxsize=1 << 17)
def covers(pattern: str, text: str) -> bool:
    """Whether the pattern matches the text; of a text with wildcards, everything that it stands for."""
    if pattern in {"*", text}:
        return True
    if not is_wild(pattern):
        return pattern == text
    start = prefix(pattern)
    if not text.startswith(start):
        return False
    if len(pattern) == len(start) + 1 and pattern[-1] == "*":
        return True
    return _greedy(pattern, text) if "?" in pattern else _in_order(pattern, text)


def _in_order(pattern: str, text: str) -> bool:
    """The literal parts of the pattern follow each other in the text: each at its first place, the last one at the end."""
    first, *middle, last = pattern.split("*")
    place, end = len(first), len(text) - len(last)
    if place > end or not text.endswith(last):
        return False
    for part in middle:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _greedy(pattern: str, text: str) -> bool:
    """Both read once from left to right; after a mismatch the last star takes one character more."""
    here = there = 0
    star, taken = -1, 0
    while there < len(text):
        wanted = pattern[here] if here < len(pattern) else ""
        if wanted == "*":
            star, taken = here, there
            here += 1
        elif wanted and (wanted == text[there] or (wanted == "?" and text[there] != "*")):
            here, there = here + 1, there + 1
        elif star >= 0:
            taken += 1
            here, there = star + 1, taken
        else:
            return False
    return all(rest == "*" for rest in pattern[here:])


@lru_cache(maxsize=1 << 17)
def overlaps(pattern: str, text: str) -> bool:
    """Whether the pattern matches something that the text stands for."""
    if not is_wild(text):
        return covers(pattern, text)
    if not is_wild(pattern):
        return covers(text, pattern)
    first, second = prefix(pattern), prefix(text)
    if not (first.startswith(second) or second.startswith(first)):
        return False
    return _meet(pattern, text)


def _meet(one: str, other: str) -> bool:
    """Whether two patterns share a text: the places of `other` that can be reached after each character of `one`."""
    reached = _past_stars({0}, other)
    for wanted in one:
        if wanted == "*":
            reached = set(range(min(reached), len(other) + 1)) if reached else reached
            continue
        step: set[int] = set()
        for place in reached:
            if place < len(other):
                have = other[place]
                if have == "*":
                    step.add(place)
                elif have == wanted or "?" in {have, wanted}:
                    step.add(place + 1)
        reached = _past_stars(step, other)
        if not reached:
            return False
    return len(other) in reached


def _past_stars(places: set[int], text: str) -> set[int]:
    found = set(places)
    for place in places:
        while place < len(text) and text[place] == "*":
            place += 1  # noqa: PLW2901 (walks on from where it stands)
            found.add(place)
    return found
