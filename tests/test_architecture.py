"""The house keeps its plan: who imports whom, and what an import costs.

Every import counts, also one inside a function and one for type checkers only: a name in a
signature is knowledge of the file that defines it.
"""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = [  # each may import those after it
    "__main__",
    "cli",
    "server",
    "report",
    "plotting",
    "typing",  # names types of all rooms for users
    "testing",
    "__init__",  # names of all rooms, which its __getattr__ imports when they are asked for
    "drop_in",
    "estimators",
    "tuning",
    "samplers",
    "hyperparameters",
    "advice",
    "meta_models",
    "performance",
    "recommendation",
    "explanation",
    "graph",
    "importers",
    "building",
    "knowledge_base",
    "evaluation",
    "algorithms",
    "dependence",
    "datasets",
    "tables",
    "validation",
    "metrics",
    "_urls",
    "_extras",
    "_versions",
    "_limits",
    "exceptions",
    "_common",
    "metafeatures",
]
MAY_IMPORT = {
    "optuna": {
        "cli",
        "samplers",
        "tuning",
        "estimators",
        "hyperparameters",
        "algorithms",
        "knowledge_base",
        "importers",
        "testing",
        "server",
    },
    "distributed": {"building"},
    "matplotlib": {"plotting"},
    "networkx": {"graph"},
    "openml": {"datasets", "importers"},
    "pyoxigraph": {"graph"},
    "rdflib": {"graph"},
    "typer": {"cli"},
    "rich": {"cli"},
    "fastapi": {"server"},
    "httpx": {"server"},
    "jinja2": {"report", "server"},
    "pydantic": {"server"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "skops": {"tuning"},
}
Graph = Mapping[str, set[str]]


def files_of(root: Path) -> dict[str, Path]:
    """Return the files of both packages by the name of their module."""
    found = sorted([*root.glob("autometa/**/*.py"), *root.glob("metafeatures/**/*.py")])
    return {_module(path.relative_to(root)): path for path in found}


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path, package: str = "") -> Iterator[str]:
    """Yield the full names that a file imports, ``from a import b`` as ``a.b``."""
    for node in imports_in(path.read_text()):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


@cache  # three tests read all files, seconds each
def imports_in(source: str) -> list[ast.Import | ast.ImportFrom]:
    """Return the statements of a file that import something, those in functions too."""
    return [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]


def graph_of(root: Path) -> dict[str, set[str]]:
    """Return the files that each file imports, by module."""
    files = files_of(root)
    graph: dict[str, set[str]] = {module: set() for module in files}
    for module, path in files.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for name in imported(path, package):
            # The longest beginning that is a file: the rest are names in it.
            while name and name not in files:
                name = name.rpartition(".")[0]
            if name and name != module:
                graph[module].add(name)
    return graph


FILES = files_of(ROOT)


def room_of(module: str) -> str:
    """Return the part of the house a module is in."""
    package, _, inside = module.partition(".")
    return package if package == "metafeatures" else inside.split(".")[0] or "__init__"


def circle_in(graph: Graph) -> list[str]:
    """Return files that import each other in a circle, the first one again at the end."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def wrong_arrows(graph: Graph) -> list[str]:
    """Return the imports of a room by one that lies below it."""
    return [
        f"{module} imports {target}"
        for module, targets in sorted(graph.items())
        for target in sorted(targets)
        if ROOMS.index(room_of(target)) < ROOMS.index(room_of(module))
    ]


def test_no_files_import_each_other_in_a_circle():
    assert circle_in(graph_of(ROOT)) == []


def test_rooms_import_only_what_lies_below_them():
    assert wrong_arrows(graph_of(ROOT)) == []


PLANTED = {
    "at the top": "from autometa.{target} import thing",
    "of the module itself": "import autometa.{target}",
    "in a function": "def f():\n    from autometa.{target} import thing",
    "for type checkers": "if TYPE_CHECKING:\n    from autometa.{target} import thing",
    "by another name of the same": "if typing.TYPE_CHECKING:\n    import autometa.{target} as t",
    "relative": "from ..{target} import thing",
}


def plant(root: Path, files: Mapping[str, str]) -> Graph:
    for name, text in files.items():
        path = root / "autometa" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return graph_of(root)


@pytest.mark.parametrize("how", PLANTED)
def test_a_planted_circle_is_seen(tmp_path, how):
    graph = plant(
        tmp_path,
        {
            "metrics/a.py": PLANTED[how].format(target="tables.b"),
            "tables/b.py": "import autometa.tables.c",
            "tables/c.py": "from autometa.metrics.a import thing",
        },
    )
    circle = circle_in(graph)
    assert circle[0] == circle[-1]
    assert set(circle) == {"autometa.metrics.a", "autometa.tables.b", "autometa.tables.c"}


@pytest.mark.parametrize("how", PLANTED)
def test_a_planted_arrow_upwards_is_seen(tmp_path, how):
    above = {"advice.py": "", "tuning/__init__.py": "", "tuning/_x.py": ""}
    graph = plant(tmp_path, above | {"metrics/a.py": PLANTED[how].format(target="tuning._x")})
    assert wrong_arrows(graph) == ["autometa.metrics.a imports autometa.tuning._x"]
    graph = plant(tmp_path, {"metrics/a.py": PLANTED[how].format(target="advice")})
    assert wrong_arrows(graph) == ["autometa.metrics.a imports autometa.advice"]


def test_an_arrow_downwards_and_a_package_that_names_its_files_are_no_violations(tmp_path):
    graph = plant(
        tmp_path,
        {
            "tuning/__init__.py": "from autometa.tuning._x import thing",
            "tuning/_x.py": "from autometa.metrics.a import thing\nfrom autometa import metrics",
            "metrics/__init__.py": "",
            "metrics/a.py": "import numpy\nfrom metafeatures import describe",
        },
    )
    assert (circle_in(graph), wrong_arrows(graph)) == ([], [])


def test_libraries_stay_in_their_rooms():
    strayed = [
        f"{module} imports {name}"
        for module, path in FILES.items()
        for name in imported(path)
        if room_of(module) not in MAY_IMPORT.get(name.split(".")[0], {room_of(module)})
    ]
    assert strayed == []


def test_types_of_arrays_are_named_in_one_file():
    named = re.compile(r"^\w+ *(: *TypeAlias)? *= *npt\.NDArray\[", re.MULTILINE)
    files = [module for module, path in FILES.items() if named.search(path.read_text())]
    assert files == ["metafeatures._arrays"]


def test_importing_autometa_loads_no_heavy_library():
    script = "import sys, autometa; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"sklearn", "pandas", "lightgbm", "optuna", "openml"} & set(loaded)


def test_the_wheel_names_every_package():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    named = set(settings["options"]["packages"].split())
    folders = {
        path.parent.relative_to(ROOT) for path in FILES.values() if path.name == "__init__.py"
    }
    assert named == {".".join(folder.parts) for folder in folders} | {"autometa.data"}


def test_files_stay_short():
    lengths = {module: len(path.read_text().splitlines()) for module, path in FILES.items()}
    assert {module: length for module, length in lengths.items() if length > 400} == {}
