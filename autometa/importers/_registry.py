"""Which function reads which format: autometa's, those of plug-ins, and those registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from autometa.exceptions import PluginError, PluginWarning
from autometa.importers import _aslib, _kept, _matrix, _optuna, _table, _tune
from autometa.importers._imported import Imported
from metafeatures.plugins import load_plugins, warn_of_plugin

GROUP = "autometa.importers"  # of entry points


@dataclass(frozen=True, kw_only=True)
class Importer:
    """How histories of one format are read.

    Attributes
    ----------
    name : str
        Of the format.
    read : callable
        ``read(source, **options)`` returns an `Imported`. Its parameters are the options.
    recognise : callable
        ``recognise(source)`` says whether a source is of this format, which it looks at,
        but does not read whole. It is asked before the formats of autometa itself, so it
        must be sure.
    """

    name: str
    read: Callable[..., Imported]
    recognise: Callable[[Any], bool]


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
    """Return the importers that others added, by name."""
    return {**_installed(), **_registered}


@cache
def _installed() -> Mapping[str, Importer]:
    importers: dict[str, Importer] = {}
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
