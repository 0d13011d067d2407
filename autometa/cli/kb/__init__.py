"""``autometa kb``: collect, build and keep knowledge bases; one file a command."""

from __future__ import annotations

import typer

from autometa.cli.kb import (
    _add,
    _build,
    _compact,
    _describe,
    _diff,
    _evaluate,
    _export,
    _fit,
    _generate,
    _import,
    _info,
    _list,
    _merge,
    _plot,
    _remove,
    _verify,
)

app = typer.Typer(help="Collect, build and keep knowledge bases.", no_args_is_help=True)
app.command("build")(_build.build)
app.command("generate")(_generate.generate)
app.command("add")(_add.add)
app.command("merge")(_merge.merge)
app.command("describe")(_describe.describe)
app.command("info")(_info.info)
app.command("list")(_list.list_)
app.command("diff")(_diff.diff)
app.command("verify")(_verify.verify)
app.command("compact")(_compact.compact)
app.command("remove")(_remove.remove)
app.command("export")(_export.export)
app.command("evaluate")(_evaluate.evaluate)
app.command("plot")(_plot.plot)
app.command("fit")(_fit.fit)
app.add_typer(_import.app, name="import")
