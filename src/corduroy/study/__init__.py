"""From records to an honest case series: exact statistics, and checks of published numbers."""

from corduroy.study.agreement import WeightedKappa, reader_words, weighted_kappa
from corduroy.study.bootstrap import bootstrap_interval
from corduroy.study.competing_death import Incidence, incidence
from corduroy.study.descriptives import Category, CategorySummary, NumericSummary, summarize, summarize_categories
from corduroy.study.effect_size import EffectSize, hedges_groups, hedges_paired, rank_biserial, rank_biserial_paired
from corduroy.study.hodges_lehmann import LocationEstimate, hodges_lehmann, hodges_lehmann_shift, median_interval
from corduroy.study.interval import Interval
from corduroy.study.mixed import MixedModel, mixed_model
from corduroy.study.multiplicity import AdjustedEndPoint, Holm, holm
from corduroy.study.objections import AnalysisFacts, Objection, objections
from corduroy.study.ordinal import OrdinalChange, ordinal_change
from corduroy.study.p_value import Alternative, PValue
from corduroy.study.paired import MinimalChange, PairedOutcome, paired_family, paired_outcome
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
from corduroy.study.repeated import FriedmanTest, RepeatedContrast, friedman_test, primary_contrast
from corduroy.study.scaled import Scaled, differences
from corduroy.study.signed_rank import (
    SignedRankApproximation,
    SignedRankTest,
    SignTest,
    sign_test,
    signed_rank_approximation,
    signed_rank_test,
)
from corduroy.study.survival import EventFree, EventFreeAt, FollowUp, event_free, follow_up
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
    "AnalysisFacts",
    "Category",
    "CategorySummary",
    "EffectSize",
    "EventFree",
    "EventFreeAt",
    "FollowUp",
    "FriedmanTest",
    "Holm",
    "Incidence",
    "Interval",
    "LocationEstimate",
    "MannWhitneyFromU",
    "MannWhitneyTest",
    "MinimalChange",
    "MixedModel",
    "NoneSeen",
    "NumericSummary",
    "Objection",
    "OrdinalChange",
    "PValue",
    "PairedOutcome",
    "PermutationTest",
    "Proportion",
    "Rate",
    "RepeatedContrast",
    "Scaled",
    "SignTest",
    "SignedRankApproximation",
    "SignedRankTest",
    "TTest",
    "TwoByTwo",
    "TwoGroups",
    "WeightedKappa",
    "bootstrap_interval",
    "chi_squared",
    "clopper_pearson",
    "compare_proportions",
    "compare_two_groups",
    "differences",
    "event_free",
    "fisher_exact",
    "follow_up",
    "friedman_test",
    "hedges_groups",
    "hedges_paired",
    "hodges_lehmann",
    "hodges_lehmann_shift",
    "holm",
    "incidence",
    "mann_whitney_from_u",
    "mann_whitney_test",
    "mean_difference_test",
    "median_interval",
    "mixed_model",
    "none_seen",
    "objections",
    "ordinal_change",
    "paired_family",
    "paired_outcome",
    "paired_t",
    "poisson_rate",
    "primary_contrast",
    "rank_biserial",
    "rank_biserial_paired",
    "reader_words",
    "sign_flip_test",
    "sign_test",
    "signed_rank_approximation",
    "signed_rank_test",
    "summarize",
    "summarize_categories",
    "t_from_summaries",
    "two_group_t",
    "weighted_kappa",
]
