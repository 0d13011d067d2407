"""``python -m autometa``: the command line."""

from __future__ import annotations

from autometa.cli import main

if __name__ == "__main__":
    main()
