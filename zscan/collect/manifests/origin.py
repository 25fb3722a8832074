"""Sources of places in a loaded file: the file's name, the line, and a JSON pointer."""

from __future__ import annotations

from typing import Any

from zscan.collect.manifests.loader import line_of
from zscan.model.document import Path, pointer
from zscan.model.source import FileSource


class FileOrigin:
    """Gives the source of any place below one element of a loaded document.

    `root` is the document, `prefix` leads to the element (an item of a `List`, a service of a Compose file); paths are relative to it.
    """

    __slots__ = ("_known", "_prefix", "_root", "file")

    def __init__(self, file: str, root: Any, prefix: Path = ()) -> None:
        self.file = file
        self._root = root
        self._prefix = prefix
        self._known: dict[Path, FileSource] = {}

    def at(self, path: Path) -> FileSource:
        """The source of the element at `path`, or of its nearest existing ancestor."""
        found = self._known.get(path)
        if found is None:
            full = (*self._prefix, *path)
            found = self._known[path] = FileSource(self.file, line_of(self._root, full), pointer(full))
        return found
