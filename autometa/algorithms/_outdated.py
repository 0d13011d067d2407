"""Algorithms that were measured with an older major version of their library."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf

from autometa._versions import version_of
from autometa.algorithms._registry import every_algorithm


def outdated(names: Collection[str], measured: Mapping[str, str]) -> str:
    """Return a sentence on algorithms whose library has a new major version by now.

    Parameters
    ----------
    names : collection of str
        Algorithms that are advised.
    measured : mapping of str to str
        Versions of libraries when the knowledge was measured.

    Returns
    -------
    str
        Empty when there is none. A minor version seldom moves a score beyond its noise.
    """
    libraries = {a.library for a in every_algorithm() if a.name in names}
    older = [
        f"{library} {then} (now {now})"
        for library in sorted(libraries & set(measured))
        if (then := measured[library]) and (now := version_of(library))
        if _major(then) < _major(now)
    ]
    if not older:
        return ""
    return (
        f"The knowledge was measured with {', '.join(older)}: scores and seconds may differ; "
        "'autometa kb build' measures anew."
    )


def _major(version: str) -> float:
    """Return the first number of a version; of what is no version, one that is never older."""
    first = version.split(".")[0]
    return int(first) if first.isdigit() else inf
