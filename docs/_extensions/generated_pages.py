"""Reference pages that follow from the code: commands, JSON schemas, public names.

They are written into `docs/reference/generated/` before anything is read, and are not kept.
"""

from __future__ import annotations

import importlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.main

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

GENERATED = Path(__file__).parent.parent / "reference" / "generated"
# Those of docs/stability.md that a user imports; the others are contracts for plug-ins.
PACKAGES = (
    "autometa",
    "autometa.explanation",
    "autometa.knowledge_base",
    "autometa.recommendation",
    "autometa.exceptions",
    "autometa.testing",
    "metafeatures",
)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    return f"| {names} | {_cell(getattr(parameter, 'help', None) or '')} |"


def _commands(command: Any, path: str) -> list[str]:
    """Return sections of a command and of those below it."""
    if hasattr(command, "commands"):
        below = command.commands
        return [line for name in below for line in _commands(below[name], f"{path} {name}")]
    options = [_option(p) for p in command.params if not getattr(p, "hidden", False)]
    table = ["| option | meaning |", "| --- | --- |", *options] if options else []
    examples = ["", "```text", command.epilog, "```"] if command.epilog else []
    return [f"## {path}", "", _prose(command.help or ""), *examples, "", *table, ""]


def _prose(text: str) -> str:
    return text.replace("\b", "").replace("<", "&lt;").strip()


def command_line() -> str:
    """Return every command with its options, from the program itself."""
    from autometa.cli._app import app

    lines = _commands(typer.main.get_command(app), "autometa")
    return "\n".join(["# Commands", "", *lines])


def schemas() -> str:
    """Return the JSON Schema of what each command prints with `--json`."""
    lines = ["# JSON of the commands", "", "As `autometa schema COMMAND` prints them.", ""]
    folder = Path(importlib.import_module("autometa.cli").__path__[0])
    for path in sorted(folder.rglob("*.json")):
        parts = [part.lstrip("_").replace("_", " ") for part in path.relative_to(folder).parts]
        name = " ".join(parts).removesuffix(".json")
        text = json.dumps(json.loads(path.read_text()), indent=2)
        lines += [f"## {name}", "", "```json", text, "```", ""]
    return "\n".join(lines)


def public_names() -> str:
    """Return all names of `__all__`, a summary each, with a page of its own behind it."""
    lines = [*_title("Names in Python", "=")]
    shown: list[Any] = []  # what two packages export has one page, under the first
    for package in PACKAGES:
        module = importlib.import_module(package)
        lines += [*_title(package, "-"), f".. currentmodule:: {package}", ""]
        lines += [".. autosummary::", "   :toctree: api", "   :nosignatures:", ""]
        for name in module.__all__:
            thing = getattr(module, name)
            if _is_described(package, name) and not any(thing is other for other in shown):
                shown.append(thing)
                lines.append(f"   {name}")
        lines.append("")
    return "\n".join(lines)


def _title(text: str, line: str) -> list[str]:
    return [text, line * len(text), ""]


def _is_described(package: str, name: str) -> bool:
    """Classes and functions; type aliases have no docstring to show."""
    thing = getattr(importlib.import_module(package), name)
    home = getattr(thing, "__module__", "")
    shown_before = package != "autometa" and hasattr(importlib.import_module("autometa"), name)
    return (
        callable(thing) and home.split(".")[0] in {"autometa", "metafeatures"} and not shown_before
    )


def _write(app: Sphinx, config: Config) -> None:
    GENERATED.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(GENERATED / "api", ignore_errors=True)  # pages of names that are no more
    # autosummary reads its lists in reStructuredText only
    pages = {"commands.md": command_line, "schemas.md": schemas, "names.rst": public_names}
    for name, page in pages.items():
        path = GENERATED / name
        text = page()
        if not path.exists() or path.read_text() != text:  # what is unchanged is not read again
            path.write_text(text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before autosummary looks for names in them."""
    app.connect("config-inited", _write)  # before Sphinx looks which pages there are
    return {"parallel_read_safe": True, "parallel_write_safe": True}
