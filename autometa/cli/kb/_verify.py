"""``autometa kb verify``: every file against its hash, every row against the schema."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from autometa.cli import _knowledge_bases
from autometa.cli._command import LOOK, Answer, command
from autometa.cli._output import console, make_table, say, visible
from autometa.cli._progress import steps

if TYPE_CHECKING:
    from autometa.knowledge_base import Verification


@command(
    "kb verify",
    panel=LOOK,
    examples=["autometa kb verify", "autometa kb verify kb:team --json"],
    then="autometa kb info",
)
def verify(knowledge_base: _knowledge_bases.Read = None) -> Answer:
    """Check every file of a knowledge base; change nothing. Exit code 1 when one is damaged."""
    from autometa.knowledge_base import verify as run

    used = _knowledge_bases.used(knowledge_base)
    with steps("files") as show:
        reports = [run(folder, on_progress=show) for folder in used.folders]
    return Answer(
        content={
            "is_sound": all(report.is_sound for report in reports),
            "folders": [_content(report) for report in reports],
        },
        show=partial(_show_all, reports),
        exit_code=int(not all(report.is_sound for report in reports)),
    )


def _show_all(reports: list[Verification]) -> None:
    for report in reports:
        _show(report)


def _content(report: Verification) -> dict[str, Any]:
    return {
        "path": str(report.folder),
        "is_sound": report.is_sound,
        "files": report.files,
        "findings": [
            {"file": finding.file, "is_error": finding.is_error, "message": finding.message}
            for finding in report.findings
        ],
    }


def _show(report: Verification) -> None:
    errors = {finding.file for finding in report.errors}
    shown = make_table(str(report.folder), "file", "what", "state")
    for file, what in report.files.items():
        shown.add_row(file, what, "WRONG" if file in errors else "ok")
    out = console()
    out.print(shown)
    for finding in sorted(report.findings, key=lambda finding: not finding.is_error):
        kind = "WRONG" if finding.is_error else "note"
        about = f"{visible(finding.file)}: " if finding.file else ""
        out.print(f"{kind}: {about}{visible(finding.message)}", soft_wrap=True)
    n_notes = len(report.findings) - len(report.errors)
    say(
        f"'{report.folder}' is {'sound' if report.is_sound else 'damaged'}: "
        f"{len(report.files)} files, {len(report.errors)} errors, {n_notes} notes."
    )
