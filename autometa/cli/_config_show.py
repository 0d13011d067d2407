"""``autometa config show``: which settings are in force, and what set them."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from autometa.cli import _knowledge_bases
from autometa.cli._command import Answer, command
from autometa.cli._output import console, make_table


@command(
    "config show",
    examples=["autometa config show", "AUTOMETA_KNOWLEDGE_BASE=kb:team autometa config show"],
    then="autometa kb name team /mnt/shared/autometa",
)
def config_show() -> Answer:
    """Say where your files lie, what kb:default is, and which variables say so."""
    from autometa.knowledge_base import default_folders, home, knowledge_base_names

    names = {name: str(path) for name, path in knowledge_base_names().items()}
    settings = [
        _setting("home", str(home()), "AUTOMETA_HOME"),
        _setting(
            _knowledge_bases.DEFAULT,
            [str(folder) for folder in default_folders()],
            "AUTOMETA_KNOWLEDGE_BASE",
        ),
    ]
    return Answer(
        content={"settings": settings, "knowledge_bases": names},
        show=partial(_show, settings, names),
    )


def _setting(name: str, value: Any, variable: str) -> dict[str, Any]:
    is_set = bool(os.environ.get(variable))
    return {"name": name, "value": value, "set_by": variable if is_set else "default"}


def _show(settings: list[dict[str, Any]], names: dict[str, str]) -> None:
    shown = make_table("settings", "name", "value", "set by")
    for setting in settings:
        value = setting["value"]
        text = ", ".join(value) if isinstance(value, list) else value
        shown.add_row(setting["name"], text, setting["set_by"])
    out = console()
    out.print(shown)
    out.print()
    listed = make_table("knowledge bases", "name", "folder")
    for name, folder in names.items():
        listed.add_row(name, folder)
    out.print(listed)
