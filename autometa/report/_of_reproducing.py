"""How to do it again, on a page: command, call, script, versions."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

from autometa._versions import LIBRARIES, OWN_NAME, version_of
from autometa.exceptions import AutoMetaError
from autometa.report._page import Block, Code, Facts, Section, Text, filled
from autometa.tuning._context import NotWritten

if TYPE_CHECKING:
    from autometa.tuning import TuneResult
    from autometa.tuning._context import RunContext

MAX_SCRIPT = 200_000  # letters: with 5,000 columns a script names each of them


def reproduce_section(
    *,
    command: str | None = None,
    call: str | None = None,
    script: Block | None = None,
    seed: int | None = None,
    remark: str = "",
) -> Section:
    """Return the section on how to do it again.

    Parameters
    ----------
    command : str or None
        The line that was typed.
    call : str or None
        The same in Python.
    script : block or None
        What rebuilds the pipeline.
    seed : int or None
    remark : str
        What the same seed promises.
    """
    return Section(
        name="reproduce",
        title="How to do it again",
        blocks=filled(
            Text(text=remark) if remark else None,
            Code(title="Command", text=command) if command else None,
            Code(title="In Python", text=call) if call else None,
            script,
            Facts(rows=_versions(seed)),
        ),
    )


def _versions(seed: int | None) -> list[tuple[str, Any]]:
    installed = [(name, version_of(name)) for name in LIBRARIES]
    return [
        *([] if seed is None else [("seed of the study", seed)]),
        ("python", sys.version.split()[0]),
        ("system", f"{platform.system()} {platform.machine()}"),
        *((name, version) for name, version in installed if version),
    ]


def call_of(context: RunContext | None, *, has_outputs: bool = False) -> str | None:
    """Return the call of `tune` that was made, as far as it can be written.

    Of several outputs ``y`` is a table with their names, and the call names none.
    """
    if context is None:
        return None
    target = [] if has_outputs else [f"    target={context.overview.target!r},\n"]
    arguments = "".join([*target, *(_argument(*one) for one in context.asked.items())])
    return f"from autometa import tune\n\nresult = tune(\n    X,\n    y,\n{arguments})"


def _argument(name: str, value: Any) -> str:
    if isinstance(value, NotWritten):
        return f"    {name}=...,  # {value}\n"
    return f"    {name}={value!r},\n"


def script_block(result: TuneResult, source: str | None, encoding: str | None) -> Block:
    """Return the script that rebuilds the pipeline, or why there is none."""
    try:
        text = result.code(source=source or "table.csv", encoding=encoding)
    except AutoMetaError as error:
        return Text(text=f"There is no script without autometa. {error}")
    if len(text) > MAX_SCRIPT:
        return Text(
            text=f"The script that rebuilds it has {len(text):,} letters, too many for a page: "
            "result.code() returns it."
        )
    return Code(title="A script that rebuilds the pipeline without autometa", text=text,
                is_folded=True)  # fmt: skip


def made_by() -> str:
    """Say what made a page; the day is left out, so that the same result gives the same page."""
    return f"Made by {OWN_NAME} {version_of(OWN_NAME)}. This file needs no other, and no network."
