"""The one contract of ``--json``: what every object has, of answers and of errors.

`SCHEMA` is raised when a key goes or changes its meaning, never when one is added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SCHEMA = 1

_NAMED = {"type": ["string", "null"]}
KNOWLEDGE_BASE: dict[str, Any] = {
    "type": "object",
    "description": "The knowledge base that was used.",
    "properties": {
        "name": {"type": "string", "description": "As it was named, kb:default if it was not."},
        "path": _NAMED | {"description": "Its folder; null when it is read from several."},
        "fingerprint": _NAMED | {"description": "Equal for equal content."},
        "layers": {
            "type": "array",
            "description": "Each folder that it is read from.",
            "items": {
                "type": "object",
                "properties": {"name": _NAMED, "path": _NAMED, "fingerprint": _NAMED},
                "required": ["name", "path", "fingerprint"],
            },
        },
    },
    "required": ["name", "path", "fingerprint"],
}
COMMON: dict[str, Any] = {
    "schema": {"const": SCHEMA, "description": "Raised when a key goes or changes its meaning."},
    "command": {"type": "string", "description": "The command that answers."},
    "autometa_version": {"type": "string"},
    "notes": {
        "type": "array",
        "items": {"type": "string"},
        "description": "What was said beside the answer, such as what was repaired.",
    },
}


def envelope(
    command: str,
    content: Mapping[str, Any],
    knowledge_base: Mapping[str, Any] | None,
    notes: Sequence[str],
) -> dict[str, Any]:
    """Return the JSON object of an answer: what all have, and the command's own keys."""
    from autometa import __version__

    used = {} if knowledge_base is None else {"knowledge_base": dict(knowledge_base)}
    common = {"schema": SCHEMA, "command": command, "autometa_version": __version__}
    return {**common, **used, "notes": list(notes), **content}


def error_object(kind: str, message: str, hint: str | None) -> dict[str, Any]:
    """Return the JSON object of an error."""
    return {"schema": SCHEMA, "error": {"type": kind, "message": message, "hint": hint}}


def schema_of(command: str, path: Path) -> dict[str, Any]:
    """Return the JSON Schema of a command, from the file beside it that describes its own keys.

    That file is the part of a JSON Schema that says ``properties``, ``required`` and
    ``$defs``. Its ``knowledge_base`` says whether the answer names the one it used:
    "always", "sometimes", or never when left out.
    """
    own = json.loads(path.read_text(encoding="utf-8"))
    uses = own.get("knowledge_base")
    used = {"knowledge_base": KNOWLEDGE_BASE} if uses else {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"autometa {command} --json",
        "type": "object",
        "properties": {**COMMON, **used, **own["properties"]},
        "required": [*COMMON, *(used if uses == "always" else ()), *own.get("required", [])],
        "$defs": own.get("$defs", {}),
    }
