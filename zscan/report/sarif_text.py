"""Text and addresses in SARIF: inert, within the limits of code scanning, never empty."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote

from zscan.report.neutral import clipped, markdown, markdown_code, visible

NAME_LIMIT = 255  # characters of a rule's name
DESCRIPTION_LIMIT = 1024  # characters of a short or full description
_MESSAGE_LIMIT = 4000
_SEGMENT_LIMIT = 180  # of a synthetic address
_SUFFIX = 40  # room for the note that `clipped` adds

# Plain text of SARIF is not quite plain: `[text](target)` is a link and `{0}` a placeholder.
_LINK = re.compile(r"\](?=\()")
_PLACEHOLDER = re.compile(r"\{(?=\d)")
_CODE_SPAN = re.compile(r"`([^`\n]+)`")


def plain(text: str, limit: int = _MESSAGE_LIMIT) -> str:
    """`text` for a SARIF message: what could act as a link or a placeholder is broken by a space."""
    inert = _PLACEHOLDER.sub("{ ", _LINK.sub("] ", visible(text, keep_newlines=True)))
    return inert if len(inert) <= limit else clipped(inert, limit - _SUFFIX)


def prose(text: str) -> str:
    """Text of a rule as Markdown: its code spans stay, everything else is shown as it was written."""
    pieces = _CODE_SPAN.split(" ".join(text.split()))
    return "".join(markdown_code(piece) if index % 2 else markdown(piece) for index, piece in enumerate(pieces))


def identifier(title: str) -> str:
    """A title as the one word that a descriptor's name is expected to be: `Encryption keys rotate` → `EncryptionKeysRotate`."""
    words = re.findall(r"[A-Za-z0-9]+", title)
    return "".join(word[0].upper() + word[1:] for word in words)[:NAME_LIMIT]


def file_uri(file: str) -> str:
    """A file of the scanned tree as a relative URI reference. An absolute path tells about a machine: only its name is kept."""
    posix, windows = PurePosixPath(file), PureWindowsPath(file)
    if posix.is_absolute() or windows.is_absolute():
        file = windows.name if windows.is_absolute() else posix.name
    segments = [part for part in file.split("/") if part not in {"", ".", ".."}]
    return "/".join(quote(part, safe="", errors="surrogatepass") for part in segments) or "-"


def synthetic_uri(*segments: str) -> str:
    """An address for what stands in no file, relative to the root like every other; the same names give the same address."""
    return "/".join(("zscan", *(_segment(part) for part in segments)))


def _segment(text: str) -> str:
    if text in {"", ".", ".."}:
        return "-" * (len(text) + 1)
    encoded = quote(visible(text), safe="")  # nothing leads to a file here, so a control character need not survive
    if len(encoded) <= _SEGMENT_LIMIT:
        return encoded
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
    return re.sub(r"%[0-9A-F]?$", "", encoded[:_SEGMENT_LIMIT]) + f"-{digest}"
