"""From records to an honest case series: exact statistics, and checks of published numbers."""

from corduroy.study.effect_size import EffectSize, hedges_groups, hedges_paired, rank_biserial, rank_biserial_paired
from corduroy.study.hodges_lehmann import LocationEstimate, hodges_lehmann, hodges_lehmann_shift, median_interval
from corduroy.study.interval import Interval
from corduroy.study.multiplicity import AdjustedEndPoint, Holm, holm
from corduroy.study.p_value import Alternative, PValue
from corduroy.study.permutation import PermutationTest, mean_difference_test, sign_flip_test
from corduroy.study.proportions import (
    Proportion,
    TwoByTwo,
    chi_squared,
    clopper_pearson,
    compare_proportions,
    fisher_exact,
)
from corduroy.study.rates import NoneSeen, Rate, none_seen, poisson_rate
from corduroy.study.scaled import Scaled, differences
from corduroy.study.signed_rank import SignedRankTest, SignTest, sign_test, signed_rank_test
from corduroy.study.t_intervals import TTest, paired_t, t_from_summaries, two_group_t
from corduroy.study.two_groups import (
    MannWhitneyFromU,
    MannWhitneyTest,
    TwoGroups,
    compare_two_groups,
    mann_whitney_from_u,
    mann_whitney_test,
)

__all__ = [
    "AdjustedEndPoint",
    "Alternative",
    "EffectSize",
    "Holm",
    "Interval",
    "LocationEstimate",
    "MannWhitneyFromU",
    "MannWhitneyTest",
    "NoneSeen",
    "PValue",
    "PermutationTest",
    "Proportion",
    "Rate",
    "Scaled",
    "SignTest",
    "SignedRankTest",
    "TTest",
    "TwoByTwo",
    "TwoGroups",
    "chi_squared",
    "clopper_pearson",
    "compare_proportions",
    "compare_two_groups",
    "differences",
    "fisher_exact",
    "hedges_groups",
    "hedges_paired",
    "hodges_lehmann",
    "hodges_lehmann_shift",
    "holm",
    "mann_whitney_from_u",
    "mann_whitney_test",
    "mean_difference_test",
    "median_interval",
    "none_seen",
    "paired_t",
    "poisson_rate",
    "rank_biserial",
    "rank_biserial_paired",
    "sign_flip_test",
    "sign_test",
    "signed_rank_test",
    "t_from_summaries",
    "two_group_t",
]
