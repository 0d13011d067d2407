"""Plug-ins: what installed distributions add by entry points.

The group of an entry point says what it adds. Entry points are read when something of
their group is first asked for, never when a package is imported.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

__all__ = [
    "Plugin",
    "load_plugins",
    "warn_of_plugin",
]


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """What one entry point gave.

    Attributes
    ----------
    name : str
        Of the entry point.
    distribution : str
        What installed it.
    value : object
        The module, function or object it leads to.
    """

    name: str
    distribution: str
    value: Any


def load_plugins(
    group: str, category: type[Warning], errors: tuple[type[Exception], ...] = ()
) -> list[Plugin]:
    """Return what the entry points of a group lead to, by distribution and name.

    Parameters
    ----------
    group : str
        For example ``autometa.algorithms``.
    category : type
        Of the warning about an entry point that cannot be imported: it is left out, for
        one broken plug-in must not take all others along.
    errors : tuple of type, optional
        Exceptions that are let through: two plug-ins that give one name to two things
        leave it open which of them is meant.
    """
    plugins = []
    for point in sorted(entry_points(group=group), key=lambda p: (_distribution(p), p.name)):
        try:
            value = point.load()
        except errors:
            raise
        except Exception as error:  # a module may fail to be imported in any way
            reason = f"it cannot be imported ({type(error).__name__}: {error})"
            warn_of_plugin(point.name, _distribution(point), reason, category)
        else:
            plugins.append(Plugin(name=point.name, distribution=_distribution(point), value=value))
    return plugins


def warn_of_plugin(name: str, distribution: str, reason: str, category: type[Warning]) -> None:
    """Warn that a plug-in is left out, and name the distribution that has to be mended."""
    warnings.warn(
        f"The plug-in '{name}' of '{distribution}' is left out: {reason}. Update or uninstall "
        f"'{distribution}'.",
        category,
        stacklevel=2,  # who asked is far away: in the worst case an import
    )


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown distribution"
