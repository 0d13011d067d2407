"""The ``autometa`` command: parse, call the public API, print."""

from __future__ import annotations

from autometa.cli._app import main

__all__ = ["main"]
