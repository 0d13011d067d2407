"""Defaults in the table of flows, compared with those of the libraries themselves."""

from __future__ import annotations

import importlib

import pytest

from autometa.importers.openml._flows import table, translate_setup
from autometa.importers.openml._names import parse_flow

# Flows whose libraries are installed with the tests: what the table says of defaults is compared
# with the library's own. How that of the others was read: docs/openml.md.
INSTALLED = [
    (flow, kind)
    for entry in table()["flows"]
    for flow in entry["flow"]
    for kind in entry.get("kinds", ["classification", "regression"])
    if flow.startswith(("sklearn.", "xgboost.sk", "lightgbm.sk")) and "needs" not in entry
    if flow not in ("sklearn.lda.LDA", "sklearn.qda.QDA")  # names of versions before 0.17
    if ("Regressor" in flow) == (kind == "regression") or flow.endswith("Ridge")
]


@pytest.mark.parametrize(("name", "kind"), INSTALLED)
def test_a_setup_that_tells_all_defaults_of_the_library_is_one_that_tells_none(name, kind):
    module, _, estimator = name.rpartition(".")
    told = getattr(importlib.import_module(module), estimator)().get_params()
    told = {
        k: list(v) if isinstance(v, tuple) else v for k, v in told.items()
    }  # as OpenML has them
    task, flow = {"kind": kind, "n_rows": 1000.0}, parse_flow(name)
    silent = translate_setup(flow, {}, task)
    assert silent is not None
    given = translate_setup(flow, told, task)
    assert (given.algorithm, given.config) == (silent.algorithm, silent.config)


def test_most_flows_of_installed_libraries_are_compared_with_them():
    assert len(INSTALLED) >= 15
