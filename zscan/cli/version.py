"""`zscan version`."""

from __future__ import annotations

HELP = "Print the version."


def command() -> None:
    """Print the version."""
    from zscan import __version__

    print(f"zscan {__version__}")
