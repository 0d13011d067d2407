"""``autometa kb``: collect, build and keep knowledge bases; one file a command."""

from __future__ import annotations

import typer

from autometa.cli.kb import _build, _describe, _generate, _info, _merge, _plot

app = typer.Typer(help="Collect, build and keep knowledge bases.", no_args_is_help=True)
app.command("build")(_build.build)
app.command("generate")(_generate.generate)
app.command("merge")(_merge.merge)
app.command("describe")(_describe.describe)
app.command("info")(_info.info)
app.command("plot")(_plot.plot)
