"""Nodes of algorithms, their hyperparameters, and setups: algorithms with values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from autometa.graph._described import (
    IDENTIFIER,
    KIND_OF_QUALITY,
    LABEL,
    PART,
    QUALITY,
    TITLE,
    TYPE,
    VALUE,
    identifier,
)
from autometa.graph._names import Names, key_of
from autometa.graph._terms import Block, Pair, literal, term, text

_DATATYPES = {bool: "boolean", int: "integer", float: "float", str: "string"}


def flow_name(algorithm: str) -> str:
    """Return what a label calls an algorithm: as MLSea where OpenML has a number for it."""
    key = key_of(algorithm)
    return f"OpenML Flow {key}" if key != algorithm else f"Flow {algorithm}"


def flow_blocks(naming: Names, algorithm: str, types: Mapping[str, str]) -> Iterator[Block]:
    """Yield an algorithm's implementation, its software and its hyperparameters.

    Parameters
    ----------
    naming : Names
    algorithm : str
    types : dict of str to str
        Datatype of each hyperparameter that its setups name.
    """
    flow, general = naming.flow(algorithm), naming.of("algorithm", algorithm)
    names = {name: naming.hyperparameter(algorithm, name) for name in types}
    yield (
        flow,
        [
            (TYPE, term("mls:Implementation")),
            (LABEL, text(flow_name(algorithm))),
            (TITLE, text(algorithm)),
            (IDENTIFIER, identifier(algorithm)),
            (term("mls:implements"), general),
            (PART, naming.of("software", key_of(algorithm))),
            *((term("mls:hasHyperParameter"), iri) for iri in names.values()),
        ],
    )
    yield general, [(TYPE, term("mls:Algorithm")), (LABEL, text(algorithm))]
    for name, iri in names.items():
        datatype = naming.within(iri, "hyperParameterCharacteristic", "datatype")
        yield (
            iri,
            [
                (TYPE, term("mls:HyperParameter")),
                (TYPE, term("mls:ImplementationCharacteristic")),
                (LABEL, text(f"{flow_name(algorithm)} {name} HyperParameter")),
                (TITLE, text(name)),
                (QUALITY, datatype),
            ],
        )
        yield (
            datatype,
            [
                (TYPE, term("mlso:HyperParameterCharacteristic")),
                (LABEL, text(f"{name} data-type")),
                (KIND_OF_QUALITY, term("mlso-dc:datatype")),
                (VALUE, text(types[name])),
            ],
        )


def datatype_of(values: list[Any]) -> str:
    """Return the datatype of a hyperparameter by the values that it takes.

    Examples
    --------
    >>> datatype_of([1, None]), datatype_of([1, 0.5]), datatype_of(["a", 2]), datatype_of([None])
    ('integer', 'float', 'mixed', 'none')
    """
    kinds = {_DATATYPES.get(type(value), "json") for value in values if value is not None}
    if kinds == {"integer", "float"}:
        return "float"
    return "mixed" if len(kinds) > 1 else next(iter(kinds), "none")


def datatypes(configs: list[dict[str, Any]]) -> dict[str, str]:
    """Return the datatypes of the hyperparameters of one algorithm's configurations."""
    names = sorted({name for config in configs for name in config})
    return {n: datatype_of([config[n] for config in configs if n in config]) for n in names}


def setting_pairs(specified_by: str, value: Any) -> list[Pair]:
    """Return what is said of a hyperparameter with a value; None, as in JSON, has none to state."""
    if isinstance(value, list | dict):
        value = json.dumps(value, sort_keys=True)
    stated = literal(value)
    return [
        (TYPE, term("mls:HyperParameterSetting")),
        (term("mls:specifiedBy"), specified_by),
        *([] if stated is None else [(VALUE, stated)]),
    ]


def setup_blocks(
    naming: Names, setup: str, algorithm: str, config: Mapping[str, Any], config_text: str
) -> Iterator[Block]:
    """Yield a setup and its settings."""
    iri = naming.setup(setup)
    settings = {name: naming.within(iri, "hyperParameterSetting", name) for name in config}
    values = ", ".join(f"{name}={value!r}" for name, value in config.items())
    yield (
        iri,
        [
            (TYPE, term("autometa:Setup")),
            (LABEL, text(f"{algorithm}({values})")),
            (IDENTIFIER, text(setup)),
            (term("autometa:config"), text(config_text)),
            (term("autometa:specialises"), naming.flow(algorithm)),
            *((term("autometa:hasSetting"), setting) for setting in settings.values()),
        ],
    )
    for name, setting in settings.items():
        yield setting, setting_pairs(naming.hyperparameter(algorithm, name), config[name])
