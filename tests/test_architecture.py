"""The house keeps its plan: who imports whom, and what an import costs."""

from __future__ import annotations

import ast
import configparser
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = [  # each may import those after it
    "cli",
    "estimators",
    "tuning",
    "samplers",
    "advice",
    "meta_models",
    "recommendation",
    "explanation",
    "importers",
    "building",
    "knowledge_base",
    "evaluation",
    "algorithms",
    "datasets",
    "tables",
    "metrics",
    "pictures",
    "_urls",
    "_limits",
    "exceptions",
    "metafeatures",
]
MAY_IMPORT = {
    "optuna": {
        "cli",
        "samplers",
        "tuning",
        "estimators",
        "algorithms",
        "knowledge_base",
        "importers",
    },
    "distributed": {"building"},
    "matplotlib": {"pictures"},
    "openml": {"datasets", "importers"},
    "typer": {"cli"},
    "rich": {"cli"},
    "skops": {"tuning"},
}


def modules() -> list[Path]:
    return sorted([*ROOT.glob("autometa/**/*.py"), *ROOT.glob("metafeatures/**/*.py")])


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "autometa" and len(parts) > 1 else parts[0]


def imported(path: Path) -> Iterator[str]:
    """Names of modules a file imports, in functions too, but not for type checkers alone."""
    tree = ast.parse(path.read_text())
    for_checkers = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in for_checkers:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_only_what_lies_below_them(path):
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    above = set(ROOMS[: ROOMS.index(room)])
    for name in imported(path):
        parts = name.split(".")
        target = parts[1] if parts[0] == "autometa" and len(parts) > 1 else parts[0]
        assert target not in above, f"{room} must not import {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_in_their_rooms(path):
    for name in imported(path):
        allowed = MAY_IMPORT.get(name.split(".")[0])
        assert allowed is None or room_of(path) in allowed, f"{path} must not import {name}"


@pytest.mark.parametrize("package", ["autometa", "metafeatures"])
def test_public_names_exist_and_are_sorted(package):
    module = importlib.import_module(package)
    assert list(module.__all__) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None


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
    folders = {path.parent.relative_to(ROOT) for path in modules() if path.name == "__init__.py"}
    assert named == {".".join(folder.parts) for folder in folders} | {"autometa.data"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short(path):
    assert len(path.read_text().splitlines()) <= 400
