"""Names of a package that are imported when they are asked for, with the libraries they need."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from autometa._common.whole_imports import whole_imports


def names_on_demand(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping of str to str
        The module of each name, below the package, or with a dot before it beside the package.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = homes[name]
        parent = package.rpartition(".")[0] if home.startswith(".") else package
        with whole_imports():
            return getattr(import_module(f"{parent}.{home.removeprefix('.')}"), name)

    def names() -> list[str]:
        module = vars(sys.modules[package])
        return sorted({*module, *module["__all__"]})

    return get, names
