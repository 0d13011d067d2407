"""Setups of others as setups of ours, by the table ``flows.json``.

The table says, for each known flow, which algorithm of ours it is and what becomes
of each of its hyperparameters:

- ``"n_estimators"``: it has this name with us.
- ``null``: it has no effect on the score.
- ``[null, 0]``: ours is always one of these; a setup with another value is not ours.
- ``{"to": ..., "values": [[theirs, ours], ...], "match": regular expression,
  "times": task property, "scale": factor, "power": exponent, "base": of an exponential,
  "offset": summand, "type": "int" or "float"}``: renamed and converted, in this order.
  ``"strict"`` says that the listed values are all there are, ``"except"`` which are not
  ours (a max_features of 1 is one column, and equals 1.0, which is all of them);
  ``"count"`` names what becomes of the length of a list of equal values.
- ``{"between": [low, high], "neutral": value}``: ours has no such thing; within
  these bounds, or with one of the ``"nearly"`` listed values, the setup is taken for
  ours nevertheless, and a note says so.

Hyperparameters it does not name must be switched off (null, false, 0 or "").
- ``"off": [false, null]``: with one of these values a hyperparameter says nothing, as where it
  is not said; of switches beside ``to``, two that are on and disagree are not ours.
- ``"itself": {name: [...]}``: with one of these values, or without the hyperparameter where
  null is one of them, a setup is known to be none of ours and stays under its flow's name.

- ``"follows": {name: {"name": other, "scale": factor}}``: a hyperparameter that a setup does
  not say is this part of another that it says, in whole numbers.

``source`` says where in the library's code an equation was read that names alone do not
tell. ``defaults`` are what holds where a setup does not say, ``needs`` what it must say.
A flow that is not in the table, or a setup that is not ours, stays what it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

from autometa.importers.openml._names import Flow

Config = dict[str, Any]
# The one entry of a setup that the server does not tell: which setup it is, and nothing else.
UNKNOWN_SETUP = "openml_setup"
NEARLY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Translated:
    """A setup under our names.

    Attributes
    ----------
    algorithm : str
    config : dict
    left_out : tuple of str
        Hyperparameters of theirs that ours cannot express and that were not neutral.
    """

    algorithm: str
    config: Config
    left_out: tuple[str, ...] = ()


class _NotOursError(Exception):
    pass


class _ItselfError(Exception):
    """The setup is known, and is none of ours."""


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the content of ``flows.json``."""
    text = resources.files(__package__).joinpath("flows.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def without_effect(config: Mapping[str, Any]) -> Config:
    """Return a configuration without seeds, threads and the like."""
    return {name: value for name, value in config.items() if _has_effect(name)}


@lru_cache(maxsize=10_000)
def _has_effect(name: str) -> bool:
    name = name.rpartition("__")[2]
    return not any(fnmatchcase(name, pattern) for pattern in table()["without_effect"])


def translate_setup(
    flow: Flow, config: Mapping[str, Any], task: Mapping[str, Any]
) -> Translated | None:
    """Return a setup as one of ours, or None when it is not.

    Parameters
    ----------
    flow : Flow
    config : dict
        Typed hyperparameters; those of a part are called ``part__name``.
    task : dict
        ``kind`` ("classification" or "regression"), ``n_rows`` or None.
    """
    if UNKNOWN_SETUP in config:
        return None
    learner, before = flow.learner()
    entry = _entry(learner.name, str(task["kind"]))
    if entry is None or not _are_plain(before):
        return None
    own = {
        name.removeprefix(f"{learner.short}__"): value
        for name, value in without_effect(config).items()
        if (not before and learner is flow) or name.startswith(f"{learner.short}__")
    }
    try:
        translated, left_out = _translate(entry, own, task)
    except _NotOursError:
        return None
    except _ItselfError:
        return Translated(algorithm=flow.text, config=without_effect(config))
    numbers = _numbers(entry, before)
    return Translated(
        algorithm=entry["algorithm"], config={**translated, **numbers}, left_out=left_out
    )


def depends_on_task(flow: Flow) -> bool:
    """Return whether the translation of a setup differs between tasks of one kind."""
    return _depends_on_task(flow.learner()[0].name)


@lru_cache(maxsize=10_000)
def _depends_on_task(name: str) -> bool:
    return any(
        isinstance(rule, dict) and "times" in rule
        for entry in table()["flows"]
        if _is_named(entry, name)
        for rule in entry.get("parameters", {}).values()
    )


@lru_cache(maxsize=10_000)
def _entry(name: str, kind: str) -> dict[str, Any] | None:
    for entry in table()["flows"]:
        if _is_named(entry, name) and kind in entry.get("kinds", [kind]):
            typed: dict[str, Any] = entry
            return typed
    return None


def _is_named(entry: Mapping[str, Any], name: str) -> bool:
    return any(fnmatchcase(_core(name), pattern) for pattern in entry["flow"])


def _core(name: str) -> str:
    """Return an mlr learner's name without the wrappers that prepare its table."""
    words = name.split(".")
    if words[0] == "mlr":
        while words[-1] in table()["mlr_wrappers"]:
            words.pop()
    return ".".join(words)


def _are_plain(before: tuple[Flow, ...]) -> bool:
    """Return whether preprocessing does no more than ours: impute, encode, scale."""
    preprocessing = table()["preprocessing"]
    return all(any(fnmatchcase(part.name, pattern) for pattern in preprocessing) for part in before)


def _numbers(entry: Mapping[str, Any], before: tuple[Flow, ...]) -> Config:
    if not entry.get("numbers"):
        return {}
    normal = table()["normal_scores"]
    is_normal = any(fnmatchcase(part.name, pattern) for part in before for pattern in normal)
    return {"numbers": "normal" if is_normal else "scaled"}


def _translate(
    entry: Mapping[str, Any], config: Mapping[str, Any], task: Mapping[str, Any]
) -> tuple[Config, tuple[str, ...]]:
    rules = entry.get("parameters", {})
    ours, left_out = dict(entry.get("defaults", {})), []
    if not set(entry.get("needs", [])) <= set(config):
        raise _NotOursError
    config = _with_followers(config, entry.get("follows", {}))
    said: Config = {}
    for name, value in config.items():
        if name not in rules:
            if value not in (None, False, 0, "", []):
                raise _NotOursError
            continue
        rule = rules[name]
        if isinstance(rule, str):
            ours[rule] = value
        elif isinstance(rule, list):
            if not _is_one_of(value, rule):
                raise _NotOursError
        elif isinstance(rule, dict) and "to" not in rule:
            left_out += [name] if _is_left_out(value, rule) else []
        elif isinstance(rule, dict) and "count" in rule:
            ours[rule["to"]], ours[rule["count"]] = _counted(value)
        elif isinstance(rule, dict) and not _is_one_of(value, rule.get("off", [])):
            converted = _converted(value, rule, task)
            if said.setdefault(rule["to"], converted) != converted:
                raise _NotOursError
            ours[rule["to"]] = converted
    if any(_is_one_of(config.get(n), values) for n, values in entry.get("itself", {}).items()):
        raise _ItselfError
    return _whole(ours, entry["algorithm"], task), tuple(left_out)


def _with_followers(config: Mapping[str, Any], follows: Mapping[str, Any]) -> Config:
    """Return a setup with the defaults that the library takes from its other values."""
    filled = dict(config)
    for name, leader in follows.items():
        value = config.get(leader["name"])
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if config.get(name) is None and is_number:
            filled[name] = round(value * leader["scale"])
    return filled


def _whole(config: Config, algorithm: str, task: Mapping[str, Any]) -> Config:
    """Return a configuration with ints where the search space has ints."""
    from optuna.distributions import IntDistribution

    from autometa.algorithms import get_algorithm

    space = get_algorithm(algorithm).spaces[str(task["kind"])]
    return {
        name: int(value)
        if isinstance(space[name], IntDistribution)
        and isinstance(value, float)
        and value.is_integer()
        and value > 1
        else value
        for name, value in config.items()
    }


def _counted(value: Any) -> tuple[Any, int]:
    values = value if isinstance(value, list) else [value]
    if not values or len(set(map(str, values))) > 1 or not isinstance(values[0], int):
        raise _NotOursError
    return values[0], len(values)


def _is_one_of(value: Any, allowed: list[Any]) -> bool:
    """Return whether a value is listed; true is not 1 here, but 1.0 is."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _is_left_out(value: Any, rule: Mapping[str, Any]) -> bool:
    if _is_one_of(value, [rule.get("neutral"), *rule.get("off", [])]):
        return False
    if _is_one_of(value, rule.get("nearly", [])):
        return True
    if "between" not in rule or isinstance(value, bool) or not isinstance(value, int | float):
        raise _NotOursError
    low, high = rule["between"]
    if not low <= value <= (float("inf") if high is None else high):
        raise _NotOursError
    return True


def _converted(value: Any, rule: Mapping[str, Any], task: Mapping[str, Any]) -> Any:
    if any(value == one and type(value) is type(one) for one in rule.get("except", [])):
        raise _NotOursError
    for theirs, ours in rule.get("values", []):
        if _is_one_of(value, [theirs]):
            return ours
    if "match" in rule:
        match = re.search(rule["match"], str(value))
        if match is None:
            raise _NotOursError
        value = float(match[1]) if match.groups() else value
    if rule.get("strict"):
        raise _NotOursError
    if not any(key in rule for key in ("times", "scale", "power", "offset", "base", "type")):
        return value
    return _computed(value, rule, task)


def _computed(value: Any, rule: Mapping[str, Any], task: Mapping[str, Any]) -> Any:
    try:
        number = float(value)
        if "times" in rule:
            number *= float(task[rule["times"]])
        number = (number * rule.get("scale", 1.0)) ** rule.get("power", 1.0)
        if "base" in rule:
            number = rule["base"] ** number
        number += rule.get("offset", 0.0)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, KeyError):
        raise _NotOursError from None
    if isinstance(number, complex) or number - number != 0.0:
        raise _NotOursError
    if rule.get("type") == "int" and abs(number - round(number)) < NEARLY:
        return round(number)
    return float(f"{number:.10g}")
