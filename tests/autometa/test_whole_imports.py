"""Ctrl-C while a library is imported: the session can be gone on with."""

from __future__ import annotations

import importlib

import pytest

PACKAGE = """
from autometa._common.on_demand import names_on_demand
__all__ = ["value"]
__getattr__, __dir__ = names_on_demand(__name__, {"value": "_home"})
"""
HOME = """
import os, signal
os.kill(os.getpid(), signal.SIGINT)  # Ctrl-C, half-way through
for _ in range(1000):  # in which Python comes to look for signals
    value = "whole"
"""


def test_what_is_imported_is_whole_before_ctrl_c_breaks_in(tmp_path, monkeypatch):
    (tmp_path / "interrupted_package").mkdir()
    (tmp_path / "interrupted_package" / "__init__.py").write_text(PACKAGE)
    (tmp_path / "interrupted_package" / "_home.py").write_text(HOME)
    monkeypatch.syspath_prepend(tmp_path)
    package = importlib.import_module("interrupted_package")
    with pytest.raises(KeyboardInterrupt):
        _ = package.value
    assert package.value == "whole"  # from memory: another import would press Ctrl-C again
