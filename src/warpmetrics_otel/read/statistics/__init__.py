"""What chains tell together: which acts lead to success, how many attempts it takes, what each follow-up changed."""

from warpmetrics_otel.read.statistics.acts import ActStatistics, Results, ScoreChange, act_statistics
from warpmetrics_otel.read.statistics.as_json import acts_as_json, runs_as_json
from warpmetrics_otel.read.statistics.changes import Change, OptChange, changes
from warpmetrics_otel.read.statistics.joints import Joint, joints
from warpmetrics_otel.read.statistics.judge import Judge, Verdicts, deciding_outcome
from warpmetrics_otel.read.statistics.runs import Attempts, OutcomeCount, RunStatistics, run_statistics
from warpmetrics_otel.read.statistics.spent import Spent

__all__ = [
    "ActStatistics",
    "Attempts",
    "Change",
    "Joint",
    "Judge",
    "OptChange",
    "OutcomeCount",
    "Results",
    "RunStatistics",
    "ScoreChange",
    "Spent",
    "Verdicts",
    "act_statistics",
    "acts_as_json",
    "changes",
    "deciding_outcome",
    "joints",
    "run_statistics",
    "runs_as_json",
]
