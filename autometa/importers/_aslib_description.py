"""The description of an ASlib scenario: YAML in principle, many things in practice.

Version 1 of the format had comma-separated lines, real scenarios write ``?``
without quotes, tabs, and ``maximize: FALSE``. Everything is read as text and
interpreted here, so that an algorithm named ``1.10`` or ``no`` keeps its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TRUE = {"true", "yes", "on", "1", "t", "y"}
FALSE = {"false", "no", "off", "0", "f", "n"}
UNKNOWN = {"", "?", "null", "none", "~", "na", "nan"}


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a scenario says of itself.

    Attributes
    ----------
    scenario_id : str
    measures : tuple of str
        Names of performance measures, the most important first.
    maximize : tuple of bool or None
        One a measure; None where the scenario does not say.
    is_runtime : tuple of bool or None
    cutoff_seconds : float or None
        After which an algorithm was stopped.
    configurations : dict of str to str
        By algorithm, as the scenario has them.
    notes : tuple of str
        What had to be guessed.
    """

    scenario_id: str = ""
    measures: tuple[str, ...] = ()
    maximize: tuple[bool | None, ...] = ()
    is_runtime: tuple[bool | None, ...] = ()
    cutoff_seconds: float | None = None
    configurations: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parse_description(text: str) -> Description:
    """Return the description in the text of a ``description.txt``."""
    content, is_yaml = _load(text)
    notes = [] if is_yaml else ["description.txt is no YAML; it was read line by line."]
    measures = _list(content.get("performance_measures"))
    maximize = _spread(
        [_truth(v) for v in _list(content.get("maximize"))], len(measures), "maximize", notes
    )
    types = _spread(
        [_type(v) for v in _list(content.get("performance_type"))],
        len(measures),
        "performance_type",
        notes,
    )
    return Description(
        scenario_id=_text(content.get("scenario_id")),
        measures=tuple(measures),
        maximize=tuple(maximize),
        is_runtime=tuple(types),
        cutoff_seconds=_positive(content.get("algorithm_cutoff_time")),
        configurations=_configurations(content.get("metainfo_algorithms")),
        notes=tuple(notes),
    )


def _load(text: str) -> tuple[Mapping[str, Any], bool]:
    import yaml

    repaired = re.sub(
        r"(:\s*|-\s+)\?\s*$", r"\1'?'", text.replace("\t", "    "), flags=re.MULTILINE
    )
    for tried in (text, repaired):
        try:
            # BaseLoader makes text of everything and builds no objects
            content = yaml.load(tried, Loader=yaml.BaseLoader)  # noqa: S506
        except yaml.YAMLError:
            continue
        if isinstance(content, Mapping):
            return _lower_keys(content), True
    return _by_lines(text), False


def _lower_keys(content: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).strip().lower(): value for key, value in content.items()}


def _by_lines(text: str) -> dict[str, Any]:
    """Return the top-level keys of a text that is no YAML, and their lists of ``- items``."""
    content: dict[str, Any] = {}
    key = ""
    for line in text.splitlines():
        match = re.match(r"([A-Za-z]\w*)\s*[:=]\s*(.*)$", line)
        if match:
            key = match[1].lower()
            content[key] = match[2].strip()
        elif key and re.match(r"\s*-\s*\S", line) and not content[key]:
            content[key] = [line.strip()[1:].strip()]
        elif key and re.match(r"\s*-\s*\S", line) and isinstance(content[key], list):
            content[key].append(line.strip()[1:].strip())
    return content


def _list(value: Any) -> list[str]:
    """Return a list however it was written: of items, or in one line with commas."""
    if value is None:
        return []
    if isinstance(value, str):
        value = value.strip().strip("[]").split(",")
    if isinstance(value, Mapping):
        value = list(value)
    texts = [_text(item) for item in value]
    return [text for text in texts if text]


def _text(value: Any) -> str:
    text = "" if value is None else str(value).strip().strip("'\"")
    return "" if text.lower() in UNKNOWN else text


def _truth(value: str) -> bool | None:
    word = value.lower()
    return True if word in TRUE else False if word in FALSE else None


def _type(value: str) -> bool | None:
    word = value.lower().replace("-", "_").replace(" ", "_")
    if "time" in word:
        return True
    return False if "quality" in word else None


def _spread(
    values: list[bool | None], n_measures: int, key: str, notes: list[str]
) -> list[bool | None]:
    """Return one value a measure; a single one counts for all."""
    if len(values) == n_measures:
        return values
    if len(values) == 1:
        return values * n_measures
    if n_measures:
        notes.append(f"description.txt has {len(values)} '{key}' for {n_measures} measures.")
    return [*values, *[None] * n_measures][:n_measures]


def _positive(value: Any) -> float | None:
    """Return a cutoff, or None when there was none (0 and ``?`` mean that)."""
    match = re.match(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?", _text(value).replace(",", ""))
    try:
        number = float(match.group()) if match else 0.0
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _configurations(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    configurations = {}
    for name, about in value.items():
        text = _text(about.get("configuration")) if isinstance(about, Mapping) else ""
        if text:
            configurations[str(name)] = text
    return configurations
