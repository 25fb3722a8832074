"""Every file format together: manifests and infrastructure code below a path, or one document on standard input."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from zscan.collect import Collected
from zscan.collect.iac.cloudformation import READER as CLOUDFORMATION
from zscan.collect.manifests.collect import READERS, collect_path
from zscan.collect.manifests.readers import FileReader

IAC_READERS: tuple[FileReader, ...] = (CLOUDFORMATION,)
ALL_READERS: tuple[FileReader, ...] = (*READERS, *IAC_READERS)


def collect_files(root: Path, *, base: Path, exclude: Sequence[str] = (), complete: bool = False) -> Collected:
    """What the files below `root` declare, in every format. See `collect_path`."""
    return collect_path(root, base=base, exclude=exclude, complete=complete, iac=IAC_READERS)


def collect_text(data: bytes, *, name: str, complete: bool = False) -> Collected:
    """What one document declares that did not come from a file; ids and reports call it `<name>.json` or `<name>.yaml`, as it looks."""
    suffix = "json" if data.lstrip()[:1] in {b"{", b"["} else "yaml"
    with tempfile.TemporaryDirectory(prefix="zscan-") as folder:
        path = Path(folder) / f"{name}.{suffix}"
        path.write_bytes(data)
        collected = collect_files(path, base=Path(folder), complete=complete)
    collected.target = msgspec.structs.replace(collected.target, label=name)
    return collected
