"""Reports: one module per format, found by its module-level `FORMAT`.

A format module imports nothing heavy (jinja2, rich) at module level: listing the formats must stay cheap for `--help`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from zscan.model.scan import Scan


@dataclass(frozen=True, slots=True)
class Format:
    """A rendering of a scan. `render` is pure: the same scan gives the same bytes, wherever and whenever it is called.

    A format that can be written as it is made gives those bytes in pieces, too: large scans need not be held in memory twice.
    """

    name: str  # as written after `-o`
    extension: str  # of a file name, without the dot
    media_type: str
    render: Callable[[Scan], bytes]
    description: str
    stream: Callable[[Scan], Iterator[bytes]] | None = None

    def pieces(self, scan: Scan) -> Iterator[bytes]:
        """The bytes of `render`, in pieces."""
        return self.stream(scan) if self.stream is not None else iter((self.render(scan),))


@cache
def formats() -> Mapping[str, Format]:
    """Every format by name, in alphabetical order. Two modules that claim one name are an error (ValueError)."""
    found: dict[str, Format] = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        declared = getattr(module, "FORMAT", None)
        if not isinstance(declared, Format):
            continue
        if declared.name in found:
            raise ValueError(f"two report modules declare the format {declared.name!r}; the second is {module.__name__}")
        found[declared.name] = declared
    return dict(sorted(found.items()))
