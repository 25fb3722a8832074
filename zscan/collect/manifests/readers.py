"""The seam for file formats: what a reader of manifests or infrastructure code has to offer.

A reader is asked three questions in turn. `claims` is a cheap test on name and text, before parsing: only claimed files are parsed, and a
claimed file that does not parse is a blocking gap, because something was there to be read. `recognises` decides on the parsed content.
`read` gives what the file declares. Readers are pure: they see text and parsed documents, never the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from zscan.collect.manifests.loader import Loaded
from zscan.model.asset import Draft, Fragment
from zscan.model.document import Document
from zscan.model.gap import Gap
from zscan.model.offers import Offer

Declared: TypeAlias = Document | Draft | Fragment


def _alone(_name: str) -> InputFile | None:
    return None


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read. `name` is its POSIX path relative to the base (the git root); `text` has LF line ends.

    `sibling` gives another file of the same folder that the walk found, by its last name, or None.
    """

    name: str
    text: str
    sibling: Callable[[str], InputFile | None] = field(default=_alone, compare=False)

    @property
    def folder(self) -> str:
        """The folder's path relative to the base, "." for the base itself."""
        return self.name.rpartition("/")[0] or "."

    @property
    def last(self) -> str:
        """The file's last name, in lower case."""
        return self.name.rpartition("/")[2].lower()


@dataclass(slots=True)
class Declarations:
    """What a reader found in one file. `skipped` counts what it passed over on purpose, by a reason in words.

    Documents are shaped by the collector of their native type (`zscan.collect.collectors`); drafts and fragments are taken as they are.
    """

    found: list[Declared] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


class FileReader(Protocol):
    """A file format. `offers` tells what the drafts that it makes state (documents bring the offers of their collectors)."""

    @property
    def name(self) -> str:
        """The format's name, as people say it."""
        ...

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Offers by native type."""
        ...

    def claims(self, file: InputFile) -> bool:
        """Whether the file looks like this format, from name and text alone."""
        ...

    def recognises(self, file: InputFile, loaded: Loaded) -> bool:
        """Whether the parsed file is of this format."""
        ...

    def read(self, file: InputFile, loaded: Loaded) -> Declarations:
        """What the file declares. Never raises on any content."""
        ...
