"""Documents: one provider answer or file resource in the provider's one canonical shape, and the only way to read them.

Canonical shapes: AWS = CloudFormation property names, Azure = ARM JSON, GCP = the REST JSON of Cloud Asset Inventory, Kubernetes and
Compose = the object as written. Separately read parts (a bucket's policy, a key's rotation status) are put at declared paths, each as a
value, `ABSENT` or an `Unknown`. A list that was cut short ends with an `Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NoReturn, Protocol, TypeAlias

from zscan.model.source import Source
from zscan.model.unknown import Truth, Unknown, Unresolved, kleene_all, kleene_any, kleene_not, merge

Path: TypeAlias = tuple[str | int, ...]
View: TypeAlias = Literal["live", "declared"]


class _Absent:
    """The provider said that this part does not exist (an error code on the operation's allow-list)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = _Absent()


class Origin(Protocol):
    """Gives the source of any place of a document."""

    def at(self, path: Path) -> Source:
        """The source of the element at `path`, or of its nearest existing ancestor."""
        ...


def pointer(path: Path) -> str:
    """`path` as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


class Reading:
    """A value read from a document together with the places it came from.

    `value` is plain data, `None` for "not set, and no default is documented", or an `Unknown`. Operators combine values and places, so a
    fact's evidence follows from how it was computed. A Reading has no truth value of its own.
    """

    __slots__ = ("places", "value")

    def __init__(self, value: Any, places: tuple[Path, ...] = ()) -> None:
        self.value = value
        self.places = places

    def __bool__(self) -> NoReturn:
        raise TypeError("a Reading has no truth value; use its methods, which keep Unknown")

    def __repr__(self) -> str:
        return f"Reading({self.value!r})"

    @property
    def unknown(self) -> bool:
        """Whether the evidence is missing."""
        return isinstance(self.value, Unknown)

    def get(self, path: str) -> Reading:
        """The element at a dotted path below this value; at or below an unread part: Unknown."""
        return self.at(*path.split("."))

    def at(self, *steps: str | int) -> Reading:
        """As `get`, for keys that contain dots."""
        return Reading(_walk(self.value, steps), tuple((*place, *steps) for place in self.places))

    def default(self, value: Any) -> Reading:
        """The provider's documented default where the value is not set (only reached when the enclosing part was read)."""
        return Reading(value, self.places) if self.value is None else self

    def map(self, function: Callable[[Any], Any]) -> Reading:
        """`function` of a known value; an Unknown stays."""
        return self if self.unknown else Reading(function(self.value), self.places)

    def is_set(self) -> Reading:
        """Whether a value is present. A pointer or parameter that cannot be resolved is known to be set."""
        if isinstance(self.value, Unresolved):
            return Reading(True, self.places)
        return self.map(lambda value: value not in (None, "", [], {}))

    def eq(self, other: Any) -> Reading:
        """Equality with a constant."""
        return self.map(lambda value: value == other)

    def one_of(self, *others: Any) -> Reading:
        """Membership in a closed set of constants."""
        return self.map(lambda value: value in others)

    def each(self) -> list[Reading]:
        """The elements of a list (none when not set). A list that is unknown, or was cut short, ends with an Unknown element."""
        if self.unknown:
            return [self]
        items = self.value if isinstance(self.value, list | tuple) else []
        return [Reading(item, tuple((*place, index) for place in self.places)) for index, item in enumerate(items)]

    def items(self) -> Iterator[tuple[str, Reading]]:
        """The entries of a mapping; of an unknown mapping, one entry with the empty key."""
        if self.unknown:
            yield "", self
        elif isinstance(self.value, Mapping):
            for key in self.value:
                yield str(key), self.at(key)

    def __and__(self, other: Reading) -> Reading:
        return every(self, other)

    def __or__(self, other: Reading) -> Reading:
        return some(self, other)

    def __invert__(self) -> Reading:
        return Reading(kleene_not(_truth(self)), self.places)


def _truth(reading: Reading) -> Truth:
    if isinstance(reading.value, bool | Unknown):
        return reading.value
    raise TypeError(f"expected a known or unknown truth value, found {reading.value!r}")


def _places(readings: Sequence[Reading]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(place for reading in readings for place in reading.places))


def every(*readings: Reading) -> Reading:
    """Conjunction of truth readings."""
    return Reading(kleene_all(_truth(r) for r in readings), _places(readings))


def some(*readings: Reading) -> Reading:
    """Disjunction of truth readings."""
    return Reading(kleene_any(_truth(r) for r in readings), _places(readings))


def combine(function: Callable[..., Any], *readings: Reading) -> Reading:
    """`function` of several known values; unknown if any of them is."""
    missing = [r.value for r in readings if isinstance(r.value, Unknown)]
    return Reading(merge(missing) if missing else function(*(r.value for r in readings)), _places(readings))


def _walk(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        if isinstance(value, Unresolved):
            return Unknown(*value.reasons)  # the whole is set, but whether this member of it is cannot be told
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple) and (isinstance(step, int) or step.isdigit()):
            index = int(step)
            tail = value[-1] if value and isinstance(value[-1], Unknown) else None
            value = value[index] if index < len(value) else tail
        else:
            value = None
        if value is ABSENT:
            return None
    return value


class Document:
    """One resource as the provider or a file states it, in canonical shape.

    `id` is the asset id; `native_type` the provider's type name (`AWS::SageMaker::Model`, `apps/Deployment`, `compose/service`).
    `unit` is the file unit that references resolve in first ("" for live documents); `keys` are further names it is referred to by.
    """

    __slots__ = ("account", "body", "id", "keys", "name", "native_type", "origin", "provider", "region", "unit", "view")

    def __init__(  # noqa: PLR0913 (a plain record; all keyword-only)
        self,
        *,
        id: str,  # noqa: A002 (the field's standard name)
        native_type: str,
        name: str,
        provider: str,
        body: Mapping[str, Any],
        origin: Origin,
        account: str = "",
        region: str = "",
        view: View = "live",
        unit: str = "",
        keys: frozenset[str] = frozenset(),
    ) -> None:
        self.keys = keys
        self.id, self.native_type, self.name, self.provider = id, native_type, name, provider
        self.account, self.region, self.view, self.unit = account, region, view, unit
        self.body, self.origin = body, origin

    def __getitem__(self, path: str) -> Reading:
        """The element at a dotted path."""
        return self.at(*path.split("."))

    def at(self, *steps: str | int) -> Reading:
        """The element at a path given step by step (for keys that contain dots)."""
        return Reading(_walk(self.body, steps), (steps,))

    def root(self) -> Reading:
        """The whole body."""
        return Reading(self.body, ((),))
