"""What many tests share: the folder of real data, when it is there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Tests run side by side: threads of numerical libraries would wait for each other.
for library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Keep tests and their processes away from the knowledge base of whoever runs them."""
    own = tempfile.TemporaryDirectory(prefix="autometa-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(own.cleanup)
    os.environ["XDG_DATA_HOME"] = own.name


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real datasets and histories; tests that need it skip without it."""
    folder = Path(os.environ.get("AUTOMETA_SHARED", ROOT.parent / "shared"))
    if not (folder / "datasets" / "manifest.csv").exists():
        pytest.skip(f"no shared data at {folder}; set AUTOMETA_SHARED to its path")
    return folder
