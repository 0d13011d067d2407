"""``python -m autometa.cli``."""

from __future__ import annotations

from autometa.cli import main

main()
