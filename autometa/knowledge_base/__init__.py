"""Tasks, setups and runs, in memory and in folders.

Public are the names in ``__all__``; the others are for the rooms of autometa.
"""

from __future__ import annotations

# ruff: noqa: I001 (what is not public is imported as itself, in one block a file)

from autometa.knowledge_base._averages import Averages
from autometa.knowledge_base._default import default_state as default_state
from autometa.knowledge_base._fold_kinds import is_alike as is_alike, kind_ranks as kind_ranks
from autometa.knowledge_base._knowledge_base import KnowledgeBase
from autometa.knowledge_base._opening import (
    base_of as base_of,
    default_identity as default_identity,
    identity_of as identity_of,
    measured_with as measured_with,
    open_knowledge_base as open_knowledge_base,
)
from autometa.knowledge_base._resolving import (
    KnowledgeBaseLike,
    default_knowledge_base as default_knowledge_base,
    open_named as open_named,
    resolve_knowledge_base,
)
from autometa.knowledge_base._schema import canonical_config, setup_id
from autometa.knowledge_base._summary import summarise as summarise
from autometa.knowledge_base._wins import (
    judging_metrics as judging_metrics,
    shares_of_wins as shares_of_wins,
)
from autometa.knowledge_base.maintenance import (
    Added,
    Compacted,
    Difference,
    Exported,
    Finding,
    Removed,
    Verification,
    add_to as add_to,
    compact as compact,
    diff as diff,
    export as export,
    fingerprint_of as fingerprint_of,
    folder_facts as folder_facts,
    merge_folders as merge_folders,
    remove as remove,
    run_facts as run_facts,
    run_list as run_list,
    runs_that_fit as runs_that_fit,
    setup_list as setup_list,
    task_list as task_list,
    verify as verify,
)
from autometa.knowledge_base.storage._columns import (
    codes_of as codes_of,
    numbers_of as numbers_of,
)
from autometa.knowledge_base.storage._fitted_model_file import (
    Origin as Origin,
    read_fitted_model as read_fitted_model,
    write_fitted_model as write_fitted_model,
)
from autometa.knowledge_base.storage._folders import (
    home as home,
    is_knowledge_base as is_knowledge_base,
    user_folder as user_folder,
)
from autometa.knowledge_base.storage._names import (
    DEFAULT as DEFAULT,
    default_folders as default_folders,
    folder_named as folder_named,
    folders_named as folders_named,
    knowledge_base_names,
    name_knowledge_base,
)

__all__ = [
    "Added",
    "Averages",
    "Compacted",
    "Difference",
    "Exported",
    "Finding",
    "KnowledgeBase",
    "KnowledgeBaseLike",
    "Removed",
    "Verification",
    "canonical_config",
    "knowledge_base_names",
    "name_knowledge_base",
    "resolve_knowledge_base",
    "setup_id",
]
