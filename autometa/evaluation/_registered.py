"""What a script registered, for the workers that are started from it.

A worker does not run the script, so what is defined there travels by value.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from autometa.algorithms import _registry as algorithms
from autometa.evaluation._start import import_path
from autometa.metrics import _registry as metrics
from metafeatures import _registry as measures

Initializer = Callable[..., Any]


def with_registered(
    initializer: Initializer | None, initargs: tuple[Any, ...]
) -> tuple[Initializer | None, tuple[Any, ...]]:
    """Return an initializer that makes a worker know what was registered here, and then runs."""
    content = _packed()
    return (initializer, initargs) if not content else (_start, (content, initializer, initargs))


def _start(content: bytes, initializer: Initializer | None, initargs: tuple[Any, ...]) -> Any:
    registered = pickle.loads(content)  # noqa: S301 - written by our parent
    for catalogue, values in zip((algorithms, metrics, measures), registered, strict=True):
        catalogue.restore(values)
    return None if initializer is None else initializer(*initargs)


def _packed() -> bytes:
    registered = algorithms.registered(), metrics.registered(), measures.registered()
    if not any(registered):
        return b""
    import cloudpickle  # functions of a notebook have no module to import

    by_value = [m for m in _modules(registered) if not _can_be_imported(m)]
    for module in by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        content: bytes = cloudpickle.dumps(registered)
    finally:
        for module in by_value:
            cloudpickle.unregister_pickle_by_value(module)
    return content


def _modules(registered: tuple[list[Any], ...]) -> Iterator[ModuleType]:
    """Yield the modules that what was registered is defined in."""
    values = [value for kind in registered for one in kind for value in vars(one).values()]
    values += [getattr(value, "_score_func", None) for value in values]  # of a scorer
    names = {getattr(value, "__module__", None) for value in values if callable(value)}
    yield from (sys.modules[name] for name in sorted(filter(None, names)) if name in sys.modules)


def _can_be_imported(module: ModuleType) -> bool:
    """Say whether a worker can import a module: not from the current folder."""
    name = module.__name__.partition(".")[0]
    if name in sys.builtin_module_names or name == "__main__":  # its functions go by value anyway
        return True
    spec = PathFinder.find_spec(name, import_path())
    own = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and own is not None and _place(spec) == _place(own)


def _place(spec: ModuleSpec) -> tuple[str | None, list[str]]:
    """Return where a module is from: other packages may go by its name, such as "tests"."""
    return spec.origin, list(spec.submodule_search_locations or ())
