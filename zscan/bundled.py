"""Where the data folders lie: inside the package once installed, beside it in a checkout.

The one resolver. Whoever reads rules, mappings or templates asks here, so a wheel, an editable install and a checkout behave alike.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from zscan.errors import ZscanError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_BUNDLE = "_bundled"


def rules_dir() -> Path:
    """The folder of the shipped rules, with the catalogue, the objectives and the levels."""
    return _resolve("rules", beside="rules")


def mappings_dir() -> Path:
    """The folder of the shipped framework mappings."""
    return _resolve("mappings", beside="mappings")


def templates_dir() -> Path:
    """The folder of the report templates."""
    return _resolve("templates", beside="reports/templates")


def _resolve(kind: str, *, beside: str) -> Path:
    package = _folder(resources.files("zscan"))
    for place in (package / _BUNDLE / kind, package.parent / beside):
        if place.is_dir():
            return place
    message = f"the {kind} that belong to zscan are missing"
    raise ZscanError(message, why=f"looked beside and inside {package}", hint="reinstall zscan: this installation is incomplete")


def _folder(package: Traversable) -> Path:
    if isinstance(package, Path):
        return package
    message = "zscan cannot run from inside an archive"
    raise ZscanError(message, why=f"its data files must lie on disk, but the package is {package}", hint="install zscan with pip")
