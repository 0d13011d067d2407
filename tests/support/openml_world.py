"""What a loopback OpenML holds: flows, setups, tasks, datasets, runs, suites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

QUALITIES = {
    "NumberOfInstances": "150.0",
    "NumberOfFeatures": "5.0",
    "NumberOfClasses": "3.0",
    "NumberOfNumericFeatures": "4.0",
    "NumberOfMissingValues": "0.0",
    "ClassEntropy": "1.58496250072",
    "MajorityClassSize": "50.0",
    "J48.00001.AUC": None,
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One hyperparameter of a setup; ``flow`` is the part of the flow it belongs to."""

    name: str
    value: str
    flow: int | None = None
    data_type: str = ""
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A run; ``values`` are by measure, ``None`` where it is listed without a value."""

    run: int
    task: int
    setup: int
    uploader: int = 1
    error: str = ""
    values: Mapping[str, float | str | None] = field(default_factory=dict)


@dataclass
class World:
    """What the server holds: flow names with version, setups, tasks, datasets, runs."""

    flows: dict[int, str] = field(default_factory=dict)
    setups: dict[int, tuple[int, list[Parameter]]] = field(default_factory=dict)
    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    datasets: dict[int, dict[str, Any]] = field(default_factory=dict)
    runs: list[Upload] = field(default_factory=list)
    suites: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_task(
        self,
        task: int,
        name: str,
        *,
        data: int | None = None,
        kind: int = 1,
        target: str = "class",
        version: int = 1,
        qualities: Mapping[str, float | str] | None = None,
    ) -> None:
        """Add a task on a dataset of its own."""
        data = data if data is not None else task + 1000
        self.tasks[task] = {"kind": kind, "data": data, "target": target, "procedure": 1}
        self.datasets[data] = {"name": name, "version": version, "qualities": qualities or {}}

    def add_setup(self, setup: int, flow: int, parameters: Iterable[Parameter] = ()) -> None:
        """Add a setup of a flow."""
        self.setups[setup] = (flow, list(parameters))
