"""``autometa kb name``: a folder gets a name that every command takes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import KEEP, Answer, command
from autometa.cli._output import console, make_table, note, say


@command(
    "kb name",
    panel=KEEP,
    examples=["autometa kb name team /mnt/shared/autometa", "autometa kb name team --delete"],
    then="autometa recommend churn.csv --target left -k kb:default,kb:team",
)
def name(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="With or without kb: before it; all names are listed when not given.",
            show_default=False,
            autocompletion=_knowledge_bases.complete,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="The folder it means.", show_default=False),
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Take the name away; the folder stays.")
    ] = False,
    dry_run: _options.DryRun = False,
) -> Answer:
    """Give a folder a name, so that kb:NAME means it in every command and function."""
    from autometa.exceptions import ParameterError
    from autometa.knowledge_base import knowledge_base_names, name_knowledge_base

    if name is None:
        names = {name: str(path) for name, path in knowledge_base_names().items()}
        return Answer(content={"names": names}, show=partial(_show, names))
    if (folder is None) != delete:
        raise ParameterError(f"Give the folder that '{name}' shall mean, or --delete.")
    if not dry_run:
        name = name_knowledge_base(name, folder)
        say(f"'{name}' is no name any more." if delete else f"'{name}' now means '{folder}'.")
        if folder is not None and not folder.exists():
            note(f"There is no folder '{folder}' yet; what adds to '{name}' makes it.")
    names = {name: str(path) for name, path in knowledge_base_names().items()}
    return Answer(content={"names": names})


def _show(names: dict[str, str]) -> None:
    shown = make_table("", "name", "folder")
    for name, folder in names.items():
        shown.add_row(name, folder)
    console().print(shown)
