"""``autometa schema``: what the JSON of a command holds."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from autometa.cli import _options
from autometa.cli._command import ABOUT, SCHEMAS, Answer, command
from autometa.cli._contract import schema_of
from autometa.cli._output import console, print_json
from autometa.exceptions import ParameterError


@command(
    "schema",
    panel=ABOUT,
    examples=["autometa schema recommend > recommend.schema.json", "autometa schema kb info"],
    then="autometa recommend sklearn:wine --json",
)
def schema(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND]",
            help="As it is typed after autometa; all are listed when not given.",
            show_default=False,
            autocompletion=_options.starting_with(lambda: SCHEMAS),
        ),
    ] = None,
) -> Answer:
    """Print the JSON Schema of what a command prints with --json."""
    name = " ".join(words or [])
    if not name:
        return Answer(content={"commands": sorted(SCHEMAS)}, show=_list)
    if name not in SCHEMAS:
        raise ParameterError(f"There is no command '{name}'. 'autometa schema' lists them.")
    found = schema_of(name, SCHEMAS[name])
    return Answer(content={"json_schema": found}, show=partial(print_json, found))


def _list() -> None:
    for name in sorted(SCHEMAS):
        console().print(name)
