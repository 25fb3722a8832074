"""`python -m zscan`: the same as the `zscan` command."""

from __future__ import annotations

from zscan.cli import main

if __name__ == "__main__":
    main()
