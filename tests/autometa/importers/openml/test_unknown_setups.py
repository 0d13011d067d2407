"""Setups that the server does not tell: never ours, and asked for until the server has said so."""

from __future__ import annotations

import pytest

from autometa.importers.openml import OpenMLSettings, _client, _setups
from autometa.importers.openml._cache import Answer
from autometa.importers.openml._flows import table, translate_setup
from autometa.importers.openml._names import parse_flow


@pytest.mark.parametrize("entry", table()["flows"], ids=lambda entry: entry["flow"][0])
@pytest.mark.parametrize(
    "form", ["{}", "sklearn.pipeline.Pipeline(i=sklearn.impute.SimpleImputer,s={})"]
)
def test_a_setup_that_nobody_tells_is_not_ours(entry, form):
    for kind in entry.get("kinds", ["classification", "regression"]):
        for name in entry["flow"]:
            flow = parse_flow(f"{form.format(name.replace('*', 'x'))}(1)")
            task = {"kind": kind, "n_rows": 100}
            assert translate_setup(flow, {"openml_setup": 7}, task) is None


class Server(_client.Client):
    """Tells two setups at once at most, all but those of ``gone``; may be stopped by the user."""

    gone: frozenset[int] = frozenset()
    stop_at = 0

    def _request(self, call):
        self.n_requests += 1
        if self.n_requests == self.stop_at:
            raise KeyboardInterrupt
        ids = [int(one) for one in call.split("/")[3].split(",")]
        if len(ids) > 2:
            return Answer(refused="412", code=673, message="too big")
        told = [one for one in ids if one not in self.gone]
        if not told:
            return Answer(refused="412", code=674, message="No results")
        rows = "".join(
            f"<setup><setup_id>{one}</setup_id><flow_id>9</flow_id></setup>" for one in told
        )
        return Answer(body=f"<setups>{rows}</setups>")


def ask(folder, stop_at=0, gone=()):
    server = Server(OpenMLSettings(server="http://x", cache=folder, interval=0))
    server.stop_at, server.gone = stop_at, frozenset(gone)
    found = _setups.fetch_setups(server, range(1, 9), lambda *_: None)
    return found.unknown, server.n_requests


@pytest.mark.parametrize("gone", [(), (3,), (1, 2, 5)])
def test_stopped_anywhere_the_next_call_asks_for_the_rest(tmp_path, gone):
    whole = ask(tmp_path / "whole", gone=gone)
    assert whole[0] == set(gone)
    assert ask(tmp_path / "whole", gone=gone) == (set(gone), 0)
    for stop_at in range(1, whole[1] + 1):
        folder = tmp_path / str(stop_at)
        with pytest.raises(KeyboardInterrupt):
            ask(folder, stop_at, gone)
        assert ask(folder, gone=gone)[0] == set(gone)
        assert ask(folder, gone=gone) == (set(gone), 0)


@pytest.mark.parametrize("status", ["401", "403", "407"])
def test_a_refusal_of_who_asks_is_not_kept(tmp_path, status, monkeypatch):
    settings = OpenMLSettings(server="http://x", cache=tmp_path, interval=0)
    refusing = _client.Client(settings)
    monkeypatch.setattr(refusing, "_request", lambda call: Answer(refused=status))
    assert refusing.ask("task/31", "task").refused == status
    allowed = _client.Client(settings)
    monkeypatch.setattr(allowed, "_request", lambda call: Answer(body="<task></task>"))
    assert allowed.ask("task/31", "task").refused == ""
