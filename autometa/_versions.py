"""show_versions(): what a report of a fault should say of the machine it was seen on."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

LIBRARIES = (
    "autometa",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "lightgbm",
    "optuna",
    "pyarrow",
    "narwhals",
    "skops",
    "openml",
    # extras
    "catboost",
    "xgboost",
    "distributed",
    "psycopg",
    "matplotlib",
)


def show_versions() -> None:
    """Print the versions of Python, of the system and of the libraries that autometa uses.

    A library that is not installed is said to be so.

    Examples
    --------
    >>> show_versions()  # doctest: +ELLIPSIS
    python: 3...
    """
    print(f"python: {sys.version.split()[0]}")
    print(f"system: {platform.platform()}")
    for name in LIBRARIES:
        print(f"{name}: {_version(name)}")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
