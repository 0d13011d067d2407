"""What a notebook shows of a knowledge base: what it holds, in counts."""

from __future__ import annotations

from autometa._common.markup import escaped, html_facts, notebook_block
from autometa.knowledge_base._run_source import StoredRuns
from autometa.knowledge_base._summary import summarise
from autometa.knowledge_base._tables import Tables

MOST_NAMED = 8  # algorithms and metrics of a line, the most frequent first


def summary_html(kb: Tables, title: str) -> str:
    """Return HTML on a knowledge base; of one with millions of runs only what needs no reading."""
    heading = f"<p><b>{escaped(title)}</b></p>"
    types = kb.tasks["task_type"].value_counts()
    facts = [
        ("tasks", _named({str(name): int(n) for name, n in types.items()})),
        ("families", str(kb.tasks["family"].nunique())),
        ("meta-features", str(kb.metafeatures.shape[1])),
    ]
    if not isinstance(kb._source, StoredRuns) or kb._source.is_small:
        summary = summarise(kb)
        facts += [
            ("setups by algorithm", _named(summary["algorithms"])),
            ("tasks by metric", _named(summary["metrics"])),
            ("runs by status", _named(summary["statuses"])),
        ]
    return notebook_block(heading, html_facts(facts))


def _named(counts: dict[str, int]) -> str:
    most = sorted(counts.items(), key=lambda one: -one[1])
    shown = [f"{name} {n:,}" for name, n in most[:MOST_NAMED]]
    left = len(most) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")
