"""A small ASlib scenario of runtimes, as such scenarios are found: all of it by hand."""

from __future__ import annotations

from textwrap import dedent

import pytest

DESCRIPTION = """\
scenario_id: SAT-TINY
performance_measures:
- runtime
maximize:
- false
performance_type:
- runtime
algorithm_cutoff_time: 100.0
algorithm_cutoff_memory: ?
features_cutoff_time: ?
number_of_feature_steps: 2.0
feature_steps:
  pre:
    provides:
    - n_vars
  probe:
    requires: pre
    provides:
    - steps
    - kind
default_steps:
- pre
algorithms_deterministic: 'fast,slow'
algorithms_stochastic: ''
features_stochastic: steps
"""
RUNS = """\
% made by hand\r
@RELATION ALGORITHM_RUNS_SAT-TINY\r
\r
@ATTRIBUTE instance_id STRING\r
@attribute repetition NUMERIC\r
@ATTRIBUTE 'algorithm' STRING\r
@ATTRIBUTE runtime NUMERIC\r
@ATTRIBUTE runstatus {ok, timeout, memout, not_applicable, crash, other}\r
\r
@DATA\r
'sat/a, 1.cnf', 1, fast, 2.5, ok\r
'sat/a, 1.cnf', 1, slow, 40, ok\r
% a comment between rows\r
b.cnf,1,fast,100,timeout\r
b.cnf,1,slow,1000,timeout\r
c.cnf,1,fast,30,memout\r
c.cnf,1,slow,12,crash\r
\r
d.cnf,1,fast,100,ok\r
d.cnf,1,slow,99.5,OK\r
"""
FEATURES = """\
@RELATION FEATURE_VALUES_SAT-TINY
@ATTRIBUTE instance_id STRING
@ATTRIBUTE repetition NUMERIC
@ATTRIBUTE n_vars NUMERIC
@ATTRIBUTE steps NUMERIC
@ATTRIBUTE kind {hand, random}
@ATTRIBUTE always NUMERIC
@DATA
'sat/a, 1.cnf',1,101,33,hand,7
'sat/a, 1.cnf',2,101,43,hand,7
b.cnf,1,303,?,random,7
c.cnf,1,1002,12,random,7
d.cnf,1,55,9,?,7
lonely.cnf,1,1,1,hand,7
"""
STATUSES = """\
@RELATION FEATURE_RUNSTATUS_SAT-TINY
@ATTRIBUTE instance_id STRING
@ATTRIBUTE repetition NUMERIC
@ATTRIBUTE pre {ok, timeout, memout, presolved, crash, other}
@ATTRIBUTE probe {ok, timeout, memout, presolved, crash, other}
@DATA
'sat/a, 1.cnf',1,ok,ok
'sat/a, 1.cnf',2,ok,ok
b.cnf,1,ok,timeout
c.cnf,1,presolved,ok
d.cnf,1,ok,ok
"""
COSTS = """\
@RELATION FEATURE_COSTS_SAT-TINY
@ATTRIBUTE instance_id STRING
@ATTRIBUTE repetition NUMERIC
@ATTRIBUTE pre NUMERIC
@ATTRIBUTE probe NUMERIC
@DATA
'sat/a, 1.cnf',1,0.1,10
'sat/a, 1.cnf',2,0.3,12
b.cnf,1,0.2,?
c.cnf,1,?,?
"""
FOLDS = """\
@RELATION CV_SAT-TINY
@ATTRIBUTE instance_id STRING
@ATTRIBUTE repetition NUMERIC
@ATTRIBUTE fold NUMERIC
@DATA
'sat/a, 1.cnf',1,1
b.cnf,1,1
c.cnf,1,2
d.cnf,1,2
'sat/a, 1.cnf',2,2
b.cnf,2,1
c.cnf,2,2
d.cnf,2,1
"""


@pytest.fixture
def scenario(tmp_path):
    """Write a scenario; files given by name replace those of SAT-TINY, None leaves one out."""

    def write(**files):
        folder = tmp_path / "SAT-TINY"
        folder.mkdir(exist_ok=True)
        content = {
            "description.txt": DESCRIPTION,
            "algorithm_runs.arff": RUNS,
            "feature_values.arff": FEATURES,
            "feature_runstatus.arff": STATUSES,
            "feature_costs.arff": COSTS,
            "cv.arff": FOLDS,
        }
        content |= {name.replace("__", "."): text for name, text in files.items()}
        for name, text in content.items():
            if text is not None:
                (folder / name).write_bytes(dedent(text).encode())
        return folder

    return write
