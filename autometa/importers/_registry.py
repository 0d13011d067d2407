"""Which function reads which format: autometa's, those of plug-ins, and those registered.

A file of this folder offers its format as ``IMPORTER``. The six of `FORMATS` are distinguished
by one look at a source (`recognise`), for what is a table might be a matrix too.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from autometa.exceptions import PluginError, PluginWarning
from autometa.importers import _aslib, _kept, _matrix, _optuna, _table, _tune
from autometa.importers._imported import Imported
from autometa.importers._importer import Importer
from metafeatures.plugins import load_plugins, warn_of_plugin

GROUP = "autometa.importers"  # of entry points
PACKAGE = __name__.rpartition(".")[0]

FORMATS: Mapping[str, Callable[..., Imported]] = {
    "aslib": _aslib.read_aslib,
    "kb": _kept.read_knowledge_base,
    "matrix": _matrix.read_matrix,
    "optuna": _optuna.read_optuna,
    "table": _table.read_table,
    "tune": _tune.read_tune_result,
}
_registered: dict[str, Importer] = {}


def register_importer(
    name: str, read: Callable[..., Imported], recognise: Callable[[Any], bool]
) -> None:
    """Add a format that `import_history` reads, for this process.

    A package adds it for every process, the command line among them, by an entry point of
    the group ``autometa.importers`` that leads to an `Importer`.

    Parameters
    ----------
    name, read, recognise
        See `Importer`.

    Raises
    ------
    PluginError
        If there is a format of that name.
    """
    if name in {*FORMATS, *plugin_importers()}:
        raise PluginError(f"There is a format '{name}' already; give yours another name.")
    _registered[name] = Importer(name=name, read=read, recognise=recognise)


def plugin_importers() -> Mapping[str, Importer]:
    """Return the importers that are asked first whether a source is theirs, by name."""
    return {**_installed(), **_registered}


@cache
def _installed() -> Mapping[str, Importer]:
    importers = {importer.name: importer for importer in _own()}
    for plugin in load_plugins(GROUP, PluginWarning):
        importer = plugin.value
        if not isinstance(importer, Importer):
            reason = "it does not lead to an Importer"
            warn_of_plugin(plugin.name, plugin.distribution, reason, PluginWarning)
            continue
        if importer.name in {*FORMATS, *importers}:
            raise PluginError(
                f"Two importers are named '{importer.name}', one of them of "
                f"'{plugin.distribution}'. Uninstall one of them."
            )
        importers[importer.name] = importer
    return importers


def _own() -> Iterator[Importer]:
    """Yield what files of this folder offer as ``IMPORTER``."""
    folder = importlib.import_module(PACKAGE).__path__
    for name in sorted(m.name for m in pkgutil.iter_modules(folder) if not m.ispkg):
        offered = getattr(importlib.import_module(f"{PACKAGE}.{name}"), "IMPORTER", None)
        if isinstance(offered, Importer):
            yield offered
