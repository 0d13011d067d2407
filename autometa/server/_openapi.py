"""Parts of the OpenAPI document that no signature says: bodies of several kinds."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

FORM = "multipart/form-data"


def form_of(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Return the schema of a form of a file and the fields of a model."""
    schema = schema_of(model)
    properties = {"file": {"type": "string", "format": "binary"}, **schema["properties"]}
    required = ["file", *schema.get("required", [])]
    return {FORM: {**schema, "properties": properties, "required": required}}


def body_of(kinds: dict[str, Any]) -> dict[str, Any]:
    """Return what a route says of its body, by kind: a model or a schema."""
    content = {
        kind: {"schema": what if isinstance(what, dict) else schema_of(what)}
        for kind, what in kinds.items()
    }
    return {"requestBody": {"required": True, "content": content}}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's schema in one piece."""
    schema = model.model_json_schema()
    assert "$defs" not in schema, "references to other models would lead nowhere here"
    return schema
