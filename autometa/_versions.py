"""The distribution's name, and show_versions(): what a report of a fault says of its machine."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

# What pip installs. The package index has another project that is called "autometa".
DISTRIBUTION = "autometa-learn"
OWN_NAME = "autometa"  # by which versions are kept and shown, whatever the distribution is called

LIBRARIES = (
    OWN_NAME,
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
    "skl2onnx",
    "onnxmltools",
    "onnxruntime",
    "rdflib",
    "networkx",
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
    return version_of(name) or "not installed"


def version_of(name: str) -> str | None:
    """Return the version of a library, None where it is not installed."""
    if name == OWN_NAME:  # the package that imports this one: an import of it would go in a circle
        return str(sys.modules[OWN_NAME].__version__)
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
