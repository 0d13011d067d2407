"""The manifest of a folder: its schema, what measured its runs, and where they come from.

The manifest is written when a folder is begun. What joins later brings a file of
its own, ``source-*.json``, so that two writers never overwrite each other's.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from autometa._limits import MAX_TEXT_BYTES, parse_json, read_bounded
from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError, ParameterError
from autometa.knowledge_base._schema import RUN_DEFAULTS, SCHEMA_VERSION
from autometa.knowledge_base.storage._files import digest, file_names, unreadable, write_whole

MANIFEST = "manifest.json"
SOURCE = "source"
ABOUT = ("name", "version", "description", "licence", "contact")


def write_manifest(
    folder: Path, provenance: Mapping[str, Any], about: Mapping[str, str] | None = None
) -> None:
    """Write the manifest: schema, versions of what measured, provenance, and what it is about."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "versions": library_versions(),
        "provenance": dict(provenance),
        **({"about": dict(about)} if about else {}),
    }
    _write(folder / MANIFEST, _signed(content))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a knowledge base; say why when there is none to trust.

    Its ``provenance`` is that of the folder joined with that of all that was
    added since; see `join_provenance`.
    """
    manifest = _read_own(folder)
    version = manifest.get("schema_version")
    # type, not isinstance: true is an int, and no version
    if type(version) is not int or version > SCHEMA_VERSION:
        raise KnowledgeBaseError(
            f"'{folder}' has schema version {version}; this autometa reads up to "
            f"{SCHEMA_VERSION}. Update autometa to open it."
        )
    added = [_read_source(folder / name) for name in _source_names(folder)]
    own = _provenance_in(folder / MANIFEST, manifest)
    manifest["provenance"] = join_provenance(own, *added)
    return manifest


def check_about(about: Mapping[str, str]) -> dict[str, str]:
    """Return what a manifest says of its knowledge base, or say what it may not say.

    Raises
    ------
    ParameterError
        If a name is none of these, or a value is no text.
    """
    odd = [name for name, value in about.items() if name not in ABOUT or not isinstance(value, str)]
    if odd:
        raise ParameterError(f"'about' must hold texts by the names {list(ABOUT)}. Got {odd}.")
    return dict(about)


def about_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what a manifest says of its knowledge base; what is no text is left out."""
    about = manifest.get("about")
    about = about if isinstance(about, dict) else {}
    return {name: about[name] for name in ABOUT if isinstance(about.get(name), str)}


def add_provenance(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Note where something that was added to ``folder`` comes from; known sources are left out."""
    held = read_manifest(folder)["provenance"]
    # Adding the same source every night must not leave a file a night.
    if join_provenance(held, provenance) == held:
        return
    source = {"versions": library_versions(), "provenance": dict(provenance)}
    _write(folder / f"{SOURCE}-{digest(_text(source))}.json", source)


def raise_schema(folder: Path) -> None:
    """Let the manifest of an older folder say that parts of today's schema are in it."""
    if not (folder / MANIFEST).exists():
        return  # a folder that is being begun: its manifest comes last, in today's schema
    manifest = _read_own(folder)
    version = manifest.get("schema_version")
    if isinstance(version, int) and version < SCHEMA_VERSION:
        _write(folder / MANIFEST, _signed({**manifest, "schema_version": SCHEMA_VERSION}))


def manifest_is_as_written(folder: Path) -> bool:
    """Say whether the bytes of a manifest are those that were written; schema 1 cannot tell."""
    manifest = _read_own(folder)
    if "digest" not in manifest and manifest.get("schema_version") == 1:
        return True
    return _bytes_of(folder / MANIFEST) == _text(_signed(manifest))


def _signed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with the digest of its content."""
    content = {name: value for name, value in manifest.items() if name != "digest"}
    return {**content, "digest": digest(_text(content))}


def join_provenance(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provenance of what several knowledge bases hold together.

    Examples
    --------
    >>> join_provenance({"by": "me"}, {}, {"by": "me"})
    {'by': 'me'}
    >>> join_provenance({"by": "me"}, {"by": "you"})
    {'sources': [{'by': 'me'}, {'by': 'you'}]}
    """
    sources: list[dict[str, Any]] = []
    for part in parts:
        for source in part["sources"] if _is_joined(part) else [part]:
            # As a file gives it back: tuples are lists there, and would not be equal.
            plain = json.loads(json.dumps(source))
            if plain and plain not in sources:
                sources.append(plain)
    if len(sources) > 1:
        return {"sources": sources}
    return sources[0] if sources else {}


def _is_joined(part: Mapping[str, Any]) -> bool:
    return set(part) == {"sources"} and isinstance(part["sources"], list)


def run_defaults(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of runs whose part has no column for them.

    Before schema 3 only the provenance of a folder said how its runs were measured. Where
    its sources differ in that, nobody can say which runs are of which.

    Examples
    --------
    >>> found = run_defaults({"protocol": {"n_folds": 3, "time_limit": 20.0}})
    >>> found["split"], found["n_folds"], found["cutoff_seconds"]
    ('cross-validation', 3.0, 20.0)
    """
    first, *others = [_measured_by(source) for source in _sources_of(provenance)] or [{}]
    return RUN_DEFAULTS | (first if all(other == first for other in others) else {})


def _measured_by(source: Mapping[str, Any]) -> dict[str, Any]:
    protocol = source.get("protocol")
    protocol = protocol if isinstance(protocol, dict) else {}
    protocol_columns: dict[str, Any] = {}
    if _is_positive(protocol.get("n_folds")):  # builds drew all folds by the seed 0
        protocol_columns = {"split": "cross-validation", "n_folds": float(protocol["n_folds"])}
        protocol_columns["split_seed"] = 0.0
    cutoff = protocol.get("time_limit", source.get("cutoff_seconds"))  # of a build, of ASlib
    return protocol_columns | ({"cutoff_seconds": float(cutoff)} if _is_positive(cutoff) else {})


def _is_positive(value: Any) -> TypeGuard[float]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > 0


def folds_in(provenance: Mapping[str, Any]) -> dict[str, float]:
    """Return the fold of each task that the provenance of an older folder says, the first one."""
    folds: dict[str, float] = {}
    for source in _sources_of(provenance):
        folds_of_source = source.get("folds")
        for task, fold in folds_of_source.items() if isinstance(folds_of_source, dict) else ():
            if _is_positive(fold) or fold == 0:
                folds.setdefault(str(task), float(fold))
    return folds


def _sources_of(provenance: Mapping[str, Any]) -> list[Any]:
    sources = provenance["sources"] if _is_joined(provenance) else [provenance]
    return [source for source in sources if isinstance(source, dict)]


def _source_names(folder: Path) -> list[str]:
    return [
        name
        for name in file_names(folder)
        if name.startswith(f"{SOURCE}-") and name.endswith(".json")
    ]


def _read_source(path: Path) -> dict[str, Any]:
    """Return the provenance in a file of its own, whose name promises its bytes."""
    content = _read(path)
    if path.name != f"{SOURCE}-{digest(_bytes_of(path))}.json":
        raise KnowledgeBaseCorruptError(
            f"'{path.name}' in '{path.parent}' is damaged: its bytes are not those its name "
            "promises. It says where runs come from: restore it from a copy, or remove it."
        )
    return _provenance_in(path, content)


def _provenance_in(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    provenance = content.get("provenance") or {}
    sources = provenance.get("sources", []) if isinstance(provenance, dict) else None
    if not isinstance(sources, list) or not all(isinstance(one, dict) for one in sources):
        raise KnowledgeBaseCorruptError(
            f"'{path}' is damaged: its provenance must be a JSON object. Got "
            f"{type(provenance).__name__}. Restore it from a copy."
        )
    return dict(provenance)


def _read_own(folder: Path) -> dict[str, Any]:
    if MANIFEST not in file_names(folder):
        raise KnowledgeBaseError(f"'{folder}' is not a knowledge base: it holds no {MANIFEST}.")
    return _read(folder / MANIFEST)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = parse_json(_bytes_of(path))
    except ValueError as error:
        if isinstance(error, KnowledgeBaseError):
            raise
        raise KnowledgeBaseCorruptError(f"'{path}' is damaged: {error}.") from error
    if not isinstance(content, dict):
        raise KnowledgeBaseCorruptError(f"'{path}' is damaged: it holds no JSON object.")
    return content


def _bytes_of(path: Path) -> bytes:
    try:
        return read_bounded(path, MAX_TEXT_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


def _write(path: Path, content: dict[str, Any]) -> None:
    write_whole(path, _text(content))


def _text(content: dict[str, Any]) -> bytes:
    # Sorted, so that equal content has equal bytes: names and digests are of the bytes.
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def library_versions() -> dict[str, str]:
    """Return the versions of what can move a score; the rest of an environment does not."""
    from autometa.algorithms import library_versions as versions  # imports scikit-learn

    return {"python": platform.python_version(), **versions(("autometa", "numpy"))}
