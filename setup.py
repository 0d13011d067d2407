"""Build from a clean folder.

Setuptools packs whatever lies in ``build/lib``, also what an earlier build left
there (https://github.com/pypa/build/issues/291). A pull that renames files of
``data/`` would then ship old and new runs, and every task would count twice.
"""

from __future__ import annotations

import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class CleanBuild(build_py):
    """Copy packages into an empty folder."""

    def run(self) -> None:
        """Remove what an earlier build left; an editable install has no such folder."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(cmdclass={"build_py": CleanBuild})
