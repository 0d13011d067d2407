"""``autometa kb verify``: every file against its hash, every row against the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._output import console, make_table, note, print_json, visible
from autometa.cli._progress import steps

if TYPE_CHECKING:
    from autometa.knowledge_base import Verification


def verify(
    knowledge_base: Annotated[
        str | None,
        typer.Argument(
            metavar="[KB]",
            help="Its folder, 'own' or 'bundled'; these two when not given.",
        ),
    ] = None,
    as_json: _options.AsJson = False,
) -> None:
    """Check every file of a knowledge base; change nothing. Exit code 1 when one is damaged."""
    from autometa.knowledge_base import default_folders, folder_named
    from autometa.knowledge_base import verify as run

    named = default_folders() if knowledge_base is None else [folder_named(knowledge_base)]
    with steps("files") as show:
        reports = [run(folder, on_progress=show) for folder in named]
    if as_json:
        print_json({"schema": 1, "folders": [_content(report) for report in reports]})
    else:
        for report in reports:
            _print(report)
    if not all(report.is_sound for report in reports):
        raise typer.Exit(1)


def _content(report: Verification) -> dict[str, Any]:
    return {
        "path": str(report.folder),
        "is_sound": report.is_sound,
        "files": report.files,
        "findings": [
            {"file": found.file, "is_error": found.is_error, "message": found.message}
            for found in report.findings
        ],
    }


def _print(report: Verification) -> None:
    errors = {found.file for found in report.errors}
    shown = make_table(str(report.folder), "file", "what", "state")
    for file, what in report.files.items():
        shown.add_row(file, what, "WRONG" if file in errors else "ok")
    out = console()
    out.print(shown)
    for found in sorted(report.findings, key=lambda found: not found.is_error):
        kind = "WRONG" if found.is_error else "note"
        about = f"{visible(found.file)}: " if found.file else ""
        out.print(f"{kind}: {about}{visible(found.message)}", soft_wrap=True)
    n_notes = len(report.findings) - len(report.errors)
    note(
        f"'{report.folder}' is {'sound' if report.is_sound else 'damaged'}: "
        f"{len(report.files)} files, {len(report.errors)} errors, {n_notes} notes."
    )
