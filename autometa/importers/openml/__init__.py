"""Run histories of OpenML, through its own client.

The client is imported when the first request is made, not before.
"""

from __future__ import annotations

from autometa.importers.openml._import import import_openml
from autometa.importers.openml._settings import OpenMLSettings

__all__ = ["OpenMLSettings", "import_openml"]
