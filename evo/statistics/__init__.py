"""Statistics of run times: pure functions over arrays, with their proven bounds.

A run time is a number of steps, `inf` where the run was capped. Functions here know nothing of algorithms or
problems; they take arrays and numbers, and return frozen results. Intervals carry a `confidence`, tests a
`false_alarm` rate; the two are never mixed.
"""

from evo.statistics.bands import EcdfBand, dkw_radius, ecdf_band
from evo.statistics.bootstrap import bootstrap_interval
from evo.statistics.bounded import bernstein_interval, bounded_mean_interval
from evo.statistics.censored import KaplanMeier, expected_running_time, kaplan_meier, restricted_mean, smallest_cap
from evo.statistics.comparison import Comparison, Law, compare_with_law
from evo.statistics.fits import Crossing, linear_crossing
from evo.statistics.intervals import Interval, binomial_interval, mean_interval, quantile_interval
from evo.statistics.logrank import LogRank, log_rank
from evo.statistics.power_law import PowerLawFit, power_law_fit
from evo.statistics.ranks import RankSum, rank_sum
from evo.statistics.samples import TwoSample, two_sample
from evo.statistics.scaling import Growth, ScalingFit, scaling_fit
from evo.statistics.success import success_rate
from evo.statistics.summaries import Summary, summary
from evo.statistics.survival import SurvivalCurve, survival_curve, survival_quantile
from evo.statistics.thresholds import z_threshold

__all__ = [
    # all at once
    "Summary",
    "summary",
    # intervals
    "Interval",
    "mean_interval",
    "bootstrap_interval",
    "bounded_mean_interval",
    "bernstein_interval",
    "quantile_interval",
    "binomial_interval",
    # bands for a distribution function
    "EcdfBand",
    "dkw_radius",
    "ecdf_band",
    # capped runs
    "KaplanMeier",
    "kaplan_meier",
    "SurvivalCurve",
    "survival_curve",
    "survival_quantile",
    "smallest_cap",
    "restricted_mean",
    "expected_running_time",
    "success_rate",
    # tests
    "Law",
    "Comparison",
    "compare_with_law",
    "TwoSample",
    "two_sample",
    "RankSum",
    "rank_sum",
    "LogRank",
    "log_rank",
    "z_threshold",
    # fits
    "Crossing",
    "linear_crossing",
    "Growth",
    "ScalingFit",
    "scaling_fit",
    "PowerLawFit",
    "power_law_fit",
]
