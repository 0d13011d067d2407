"""Keeping a knowledge base: adding, merging, compacting, removing, checking, comparing."""

from __future__ import annotations

from autometa.knowledge_base.maintenance._adding import add_to, merge_folders
from autometa.knowledge_base.maintenance._compacting import Compacted, compact
from autometa.knowledge_base.maintenance._differing import Difference, diff
from autometa.knowledge_base.maintenance._exporting import Exported, export
from autometa.knowledge_base.maintenance._informing import (
    fingerprint_of,
    folder_facts,
    run_facts,
)
from autometa.knowledge_base.maintenance._listing import (
    run_list,
    runs_that_fit,
    setup_list,
    task_list,
)
from autometa.knowledge_base.maintenance._removing import Removed, remove
from autometa.knowledge_base.maintenance._verifying import Finding, Verification, verify
from autometa.knowledge_base.storage._writer import Added

__all__ = [
    "Added",
    "Compacted",
    "Difference",
    "Exported",
    "Finding",
    "Removed",
    "Verification",
    "add_to",
    "compact",
    "diff",
    "export",
    "fingerprint_of",
    "folder_facts",
    "merge_folders",
    "remove",
    "run_facts",
    "run_list",
    "runs_that_fit",
    "setup_list",
    "task_list",
    "verify",
]
