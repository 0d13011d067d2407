"""Knowledge bases by name.

A name begins with ``kb:``, as ``sklearn:`` and ``openml:`` name tables, so that no
folder can stand in its way: ``kb:bundled`` ships with autometa, ``kb:own`` holds what
the user added, ``kb:default`` is what advice reads, and others are given by
`name_knowledge_base`.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from autometa.exceptions import KnowledgeBaseError, ParameterError
from autometa.knowledge_base.storage._files import write_whole
from autometa.knowledge_base.storage._folders import (
    bundled_folder,
    home,
    is_knowledge_base,
    user_folder,
)

PREFIX = "kb:"
BUNDLED, OWN, DEFAULT = "kb:bundled", "kb:own", "kb:default"
LAYERS = "AUTOMETA_KNOWLEDGE_BASE"  # environment variable: what kb:default is, by commas
_NAMES_FILE = "knowledge_bases.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # what a shell and a comma leave alone


def knowledge_base_names() -> dict[str, Path]:
    """Return the folder of each name, ``kb:default`` excepted, which may be several."""
    return {BUNDLED: bundled_folder(), OWN: user_folder(), **_given_names()}


def name_knowledge_base(name: str, folder: str | os.PathLike[str] | None) -> str:
    """Give a folder a name, by which every command and function then takes it.

    Parameters
    ----------
    name : str
        With or without ``kb:`` before it.
    folder : path or None
        None takes the name away.

    Returns
    -------
    str
        The name with ``kb:`` before it.

    Raises
    ------
    ParameterError
        If it is no name, or one that autometa gives.
    KnowledgeBaseError
        If there is no such name to take away.
    """
    full = name if name.startswith(PREFIX) else PREFIX + name
    if full in (BUNDLED, OWN, DEFAULT) or not _NAME.fullmatch(full.removeprefix(PREFIX)):
        raise ParameterError(
            "A name of a knowledge base must be of letters, digits, '.', '_' and '-', and none "
            f"of '{BUNDLED}', '{OWN}' and '{DEFAULT}'. Got '{name}'."
        )
    names = _given_names()
    if folder is not None:
        names[full] = Path(folder).absolute()
    elif names.pop(full, None) is None:
        raise _no_name(full)
    home().mkdir(parents=True, exist_ok=True)
    text = json.dumps({key: str(path) for key, path in sorted(names.items())}, indent=1)
    write_whole(home() / _NAMES_FILE, text.encode())
    return full


def folder_named(name: str | os.PathLike[str]) -> Path:
    """Return the folder that is meant by a path, or by a name such as ``kb:own``.

    Raises
    ------
    KnowledgeBaseError
        If there is no such name, or it means several folders.
    """
    folders = folders_named([name])
    if len(folders) > 1:
        named = ", ".join(f"'{folder}'" for folder in folders)
        raise KnowledgeBaseError(
            f"One folder must be named. '{os.fspath(name)}' is read from {named}; name one of "
            f"them, such as '{OWN}'."
        )
    return folders[0]


def folders_named(names: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the folders of paths and names, the lowest layer first; none comes twice.

    Raises
    ------
    KnowledgeBaseError
        If there is no such name.
    """
    folders = [folder for name in names for folder in _folders_of(os.fspath(name))]
    return list(dict.fromkeys(folders))


def default_folders() -> list[Path]:
    """Return the folders that ``kb:default`` is read from, the lowest layer first.

    These are the ones that ``AUTOMETA_KNOWLEDGE_BASE`` names, by commas; without it the
    bundled one, with the user's own on top where there is one.
    """
    given = [name.strip() for name in os.environ.get(LAYERS, "").split(",") if name.strip()]
    if not given:
        return _usual_folders()
    named = [_usual_folders() if name == DEFAULT else folders_named([name]) for name in given]
    return list(dict.fromkeys(folder for folders in named for folder in folders))


def _usual_folders() -> list[Path]:
    own = user_folder()
    return [bundled_folder(), own] if is_knowledge_base(own) else [bundled_folder()]


def _folders_of(name: str) -> list[Path]:
    if name == DEFAULT:
        return default_folders()
    if not name.startswith(PREFIX):
        if PREFIX + name in (BUNDLED, OWN, DEFAULT) and not Path(name).exists():
            raise KnowledgeBaseError(f"There is no folder '{name}'. Did you mean '{PREFIX}{name}'?")
        return [Path(name)]
    names = knowledge_base_names()
    if name not in names:
        raise _no_name(name)
    return [names[name]]


def _no_name(name: str) -> KnowledgeBaseError:
    names = [DEFAULT, *knowledge_base_names()]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean '{close[0]}'? " if close else ""
    return KnowledgeBaseError(
        f"There is no knowledge base '{name}'. {hint}There are {', '.join(names)}; 'autometa kb "
        "name' gives a folder a name."
    )


def _given_names() -> dict[str, Path]:
    path = home() / _NAMES_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): Path(str(folder)) for name, folder in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise KnowledgeBaseError(
            f"'{path}' must be a JSON object of names and folders: {error}. Mend it, or delete it "
            "to begin anew."
        ) from error
