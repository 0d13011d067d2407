"""What many tests share: the folder of real data, when it is there."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Why a test may skip on the machine that decides whether a change lands (CI=true); a skip for
# another reason fails the run, so that nothing stops being tested unseen.
ALLOWED_SKIPS = (
    r"no shared data at ",  # run histories and tables that are not part of the project
    r"PostgreSQL ",  # a server that not every machine has, or that will not run as root
    r"Redis is not installed",
    r"Chromium is not installed",
    r"mounting is not permitted here",  # a container without the right to mount a small disk
    r"scikit-learn is installed without its tests",
    r"the extra onnx is not installed",  # converters that not every version of Python has
    r"Chromium is not installed",  # pages are looked at in a browser where there is one
    r"SCIPY_ARRAY_API is not set",  # one of scikit-learn's checks, of arrays we do not take
)

# A deadline of wall-clock time fails examples for what else the machine is doing. Most
# examples are seeds of small tables, of which forty meet each branch; 100 is the default.
settings.register_profile("autometa", deadline=None, max_examples=40)
# For whoever changes how tables and files are read: pytest --hypothesis-profile thorough FILE
settings.register_profile("thorough", deadline=None, max_examples=2_000)
settings.load_profile("autometa")

# Tests run side by side: threads of numerical libraries would wait for each other.
for library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Keep tests and their processes away from the knowledge base of whoever runs them."""
    own = tempfile.TemporaryDirectory(prefix="autometa-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(own.cleanup)
    os.environ["XDG_DATA_HOME"] = own.name


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real datasets and histories; tests that need it skip without it."""
    folder = Path(os.environ.get("AUTOMETA_SHARED", ROOT.parent / "shared"))
    if not (folder / "datasets" / "manifest.csv").exists():
        pytest.skip(f"no shared data at {folder}; set AUTOMETA_SHARED to its path")
    return folder


@pytest.fixture(scope="session", autouse=True)
def structures_on_one_line() -> Iterator[None]:
    """Have skops write the structure of a model without indents.

    The standard library indents in Python and writes a line in C: three quarters of the time
    of a save. What is read is the same.
    """
    import skops.io._persist as persist

    with pytest.MonkeyPatch.context() as patch:
        plain = {**vars(json), "dumps": lambda state, **_: json.dumps(state)}
        on_one_line = SimpleNamespace(**plain)
        patch.setattr(persist, "json", on_one_line)
        yield


@pytest.fixture(autouse=True)
def nothing_stays_registered() -> Iterator[None]:
    """Take back algorithms, metrics and meta-features that a test registers.

    Workers that later tests start would be given them, and import libraries for them.
    """
    before = {name: dict(registered) for name, registered in _registries()}
    yield
    for name, registered in _registries():
        if registered.keys() != before.get(name, {}).keys():
            registered.clear()
            registered.update(before.get(name, {}))
            sys.modules[name].restore([])  # forgets what was derived from them


def _registries() -> Iterator[tuple[str, dict[str, object]]]:
    for room in ("algorithms", "metrics"):
        module = sys.modules.get(f"autometa.{room}._registry")
        if module is not None:
            yield module.__name__, module._registered


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run in CI when a test skipped for a reason that is not allowed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("CI") != "true":
        return
    reasons = [str(report.longrepr[2]) for report in reporter.stats.get("skipped", [])]
    reasons = [reason.removeprefix("Skipped: ") for reason in reasons]
    surprising = sorted({r for r in reasons if not re.match("|".join(ALLOWED_SKIPS), r)})
    for reason in surprising:
        reporter.write_line(f"Skipped for a reason that is not allowed in CI: {reason}", red=True)
    if surprising and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
