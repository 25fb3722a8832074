"""Container image references: repository, tag, digest, and whether the tag is meant to move."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from zscan.collect.manifests.fields import dig, text
from zscan.model.unknown import Unknown, Unresolved

_FLOATING = re.compile(
    r"^(?:.*[-_.])?(?:latest|main|master|nightly|edge|dev|develop|head|canary|snapshot|rolling|stable)(?:[-_.].*)?$", re.IGNORECASE
)
_VERSION = re.compile(r"\d+\.\d+|\d{6,}|[0-9a-f]{7,}")
_PLACEHOLDER = re.compile(r"\$\{?\w|\{\{|\{\w+\}|<[^>]+>|__\w+__|^\w*IMAGE\w*$")


@dataclass(frozen=True, slots=True)
class Image:
    """An image reference as written, and its parts. `tag` is "" when none is given, which means `latest`."""

    reference: str
    repository: str
    tag: str
    digest: str

    @property
    def pinned(self) -> bool:
        """By digest: the only name that cannot move."""
        return bool(self.digest)

    @property
    def floating(self) -> bool:
        """The tag is missing or names a moving target rather than a version."""
        if self.digest:
            return False
        return not self.tag or bool(_FLOATING.match(self.tag) and not _VERSION.search(self.tag)) or "nightly" in self.tag.lower()


def parse_image(reference: str) -> Image:
    """The parts of `[registry[:port]/]repository[:tag][@digest]`."""
    rest, _, digest = reference.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(reference, f"{head}{slash}{name}".lower(), tag, digest)


def image_of(value: Any) -> Image | Unknown | None:
    """An image written as text, or split over `repository`/`name`, `registry` and `tag`; None when not set, Unknown when a variable."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, dict):
        value = _joined(value)
        if isinstance(value, Unknown):
            return value
    reference = text(value).strip()
    if not reference:
        return None
    if _PLACEHOLDER.search(reference):
        return Unresolved(f"image {reference[:80]}")
    return parse_image(reference)


def _joined(value: dict[Any, Any]) -> str | Unknown:
    parts = [dig(value, key) for key in ("registry", "repository", "name", "image", "tag", "digest")]
    for part in parts:
        if isinstance(part, Unknown):
            return part
    registry, repository, name, image, tag, digest = (text(part).strip() for part in parts)
    path = "/".join(part.strip("/") for part in (registry, repository or name or image) if part)
    if path and digest:
        return f"{path}@{digest}"
    return f"{path}:{tag}" if path and tag else path
