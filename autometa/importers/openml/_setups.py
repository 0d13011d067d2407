"""Setups: which hyperparameters a run had, asked for in large batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from autometa.importers.openml import _xml
from autometa.importers.openml._cache import Answer
from autometa.importers.openml._client import Client
from autometa.importers.openml._flows import UNKNOWN_SETUP
from autometa.importers.openml._listing import (
    NotAnsweredError,
    Progress,
    has_no_results,
    in_batches,
    joined,
)
from autometa.importers.openml._names import VERSION, parse_flow
from autometa.importers.openml._values import REFERENCE, typed


@dataclass
class Setups:
    """Typed hyperparameters by setup id; ``unknown`` are those the server does not tell."""

    configs: dict[int, dict[str, Any]] = field(default_factory=dict)
    flows: dict[int, int] = field(default_factory=dict)
    flow_names: dict[int, str] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    refusal: str = ""


def fetch_setups(client: Client, ids: Iterable[int], progress: Progress) -> Setups:
    """Return the setups of the given ids.

    A setup never changes, so one that any earlier import asked for is not asked
    for again.

    Raises
    ------
        If the server breaks down meanwhile; what came until then is kept.
    """
    wanted = set(ids)
    setups = Setups()
    asked = _read_kept(client, wanted, setups)
    missing = sorted(wanted - set(setups.configs) - (set() if client.settings.refresh else asked))
    most = client.settings.setups_a_request

    def ask(batch: Sequence[int]) -> Answer:
        call = f"setup/list/setup/{joined(batch)}/limit/{most}/offset/0"
        return client.ask(call, "setups", lasts=True, ids=list(batch))

    while missing:
        for batch, answer in in_batches(client, missing, ask, most=most):
            if answer.refused and not has_no_results(answer):
                setups.refusal = setups.refusal or str(NotAnsweredError(answer))
            _read(answer, set(batch), setups)
            progress("fetching setups", len(setups.configs), len(wanted))
        still = [one for one in missing if one not in setups.configs]
        # a server may tell fewer at once than it was asked for; one that tells none has no more
        missing = still if len(still) < len(missing) else []
    setups.unknown = wanted - set(setups.configs)
    for one in setups.unknown:
        setups.configs[one] = {UNKNOWN_SETUP: one}
    return setups


def _read_kept(client: Client, wanted: set[int], setups: Setups) -> set[int]:
    """Read what is on disk; return the ids that need not be asked for again.

    These are the ids that it has no setup for, and those it was asked for alone and did
    not tell: an answer to several may be a refusal of so many, or a part of what it knows.
    """
    asked: set[int] = set()
    for about, call in client.about("setup-list"):
        ids = set(about.get("ids", ()))
        if ids & (wanted - set(setups.configs)):
            answer = client.ask(call, "setups", lasts=True, ids=about["ids"])
            _read(answer, wanted, setups)
            if has_no_results(answer) or (len(ids) == 1 and not answer.refused):
                asked |= ids
    return asked


def _read(answer: Answer, wanted: set[int], setups: Setups) -> None:
    if answer.refused:
        return
    for row, element in _xml.rows(answer.body, "setup"):
        setup = _xml.integer(row.get("setup_id"))
        if setup is None or setup not in wanted:
            continue
        flow = _xml.integer(row.get("flow_id")) or 0
        parameters = [_xml.row(child) for child in element if _xml.local(child.tag) == "parameter"]
        setups.flows[setup] = flow
        setups.configs[setup] = read_config(parameters, flow, setups.flow_names)


def read_config(
    parameters: Iterable[_xml.Row], flow: int, flow_names: dict[int, str]
) -> dict[str, Any]:
    """Return the typed hyperparameters of a setup by name.

    Those of a part of the flow, such as a step of a pipeline, are called
    ``Part__name``. Names of flows that come by are added to ``flow_names``.
    """
    config: dict[str, Any] = {}
    for parameter in parameters:
        name = parameter.get("parameter_name") or parameter.get("full_name", "")
        owner = _owner(parameter, name)
        number = _xml.integer(parameter.get("flow_id"))
        if number is not None and owner:
            flow_names.setdefault(number, owner)
        value = typed(parameter.get("value"), parameter.get("data_type", ""))
        if value is REFERENCE or not name:
            continue
        is_own = number is None or number == flow or not owner
        config[name if is_own else f"{parse_flow(owner).short}__{name}"] = value
    return config


def _owner(parameter: _xml.Row, name: str) -> str:
    """Return the name of the flow a parameter belongs to, without version."""
    owner = parameter.get("flow_name") or parameter.get("full_name", "").removesuffix(f"_{name}")
    return VERSION.sub("", owner)
