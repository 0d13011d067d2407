"""``autometa describe``: the meta-features of a table."""

from __future__ import annotations

from autometa.cli import _options
from autometa.cli._output import console, make_table, number, print_json


def describe(
    table: _options.TableName,
    target: _options.Target = None,
    task_type: _options.TaskTypeOption = None,
    as_json: _options.AsJson = False,
) -> None:
    """Print the meta-features of TABLE: what it is like, in numbers."""
    from autometa.datasets import load_dataset
    from metafeatures import MetaFeatureExtractor, list_metafeatures

    loaded = load_dataset(table, target, task_type)
    values = MetaFeatureExtractor(random_state=0).extract(loaded.X, loaded.labels, loaded.task_type)
    if as_json:
        task = {"name": loaded.name, "target": loaded.target, "task_type": loaded.task_type}
        print_json({"schema": 1, "task": task, "metafeatures": values.to_dict()})
        return
    catalogue = list_metafeatures()
    catalogue = catalogue.set_index("name") if "name" in catalogue.columns else catalogue
    out = console()
    for family in catalogue.loc[values.index, "family"].unique():
        members = [name for name in values.index if catalogue.loc[name, "family"] == family]
        shown = make_table(family, "meta-feature", "value", "definition", right=("value",))
        for name in members:
            shown.add_row(name, number(values[name]), str(catalogue.loc[name, "definition"]))
        out.print(shown)
        out.print()
