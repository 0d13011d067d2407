"""Tasks, setups and runs: what is known, how it is kept, and how it is measured."""

from __future__ import annotations

from autometa.knowledge_base._averages import Averages
from autometa.knowledge_base._default import default_state
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._plots import plot_coverage, plot_wins, shares_of_wins
from autometa.knowledge_base._resolving import (
    KnowledgeBaseLike,
    default_knowledge_base,
    open_named,
    resolve_knowledge_base,
)
from autometa.knowledge_base._schema import canonical_config, setup_id
from autometa.knowledge_base._summary import summarise
from autometa.knowledge_base.maintenance import (
    Added,
    Compacted,
    Difference,
    Exported,
    Finding,
    Removed,
    Verification,
    add_to,
    compact,
    diff,
    export,
    fingerprint_of,
    folder_facts,
    merge_folders,
    remove,
    run_facts,
    run_list,
    runs_that_fit,
    setup_list,
    task_list,
    verify,
)
from autometa.knowledge_base.storage._fitted_model_file import (
    Origin,
    read_fitted_model,
    write_fitted_model,
)
from autometa.knowledge_base.storage._folders import home, is_knowledge_base, user_folder
from autometa.knowledge_base.storage._names import (
    DEFAULT,
    default_folders,
    folder_named,
    folders_named,
    knowledge_base_names,
    name_knowledge_base,
)

__all__ = [
    "DEFAULT",
    "Added",
    "Averages",
    "Compacted",
    "Difference",
    "Exported",
    "Finding",
    "KnowledgeBase",
    "KnowledgeBaseLike",
    "Origin",
    "Removed",
    "Verification",
    "add_to",
    "canonical_config",
    "compact",
    "default_folders",
    "default_knowledge_base",
    "default_state",
    "diff",
    "export",
    "fingerprint_of",
    "folder_facts",
    "folder_named",
    "folders_named",
    "home",
    "is_knowledge_base",
    "knowledge_base_names",
    "merge_folders",
    "name_knowledge_base",
    "open_named",
    "plot_coverage",
    "plot_wins",
    "read_fitted_model",
    "remove",
    "resolve_knowledge_base",
    "run_facts",
    "run_list",
    "runs_that_fit",
    "setup_id",
    "setup_list",
    "shares_of_wins",
    "summarise",
    "task_list",
    "user_folder",
    "verify",
    "write_fitted_model",
]
