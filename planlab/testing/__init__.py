"""The published contract: what every mechanism promises, checked; and Hypothesis strategies for scenarios.

The strategies need the extra ``test`` (Hypothesis); the contract does not.
"""

from planlab.testing.contract import (
    CHECKS,
    check_broken_plan_keeps_its_row,
    check_goods_are_conserved,
    check_mechanism,
    check_more_of_a_limit_never_hurts,
    check_names_do_not_matter,
    check_new_numbers_do_not_recompile,
    check_no_better_than_foresight,
    check_numbers_can_be_differentiated,
    check_plenty_meets_every_need,
    check_same_seed_same_bits,
    check_sees_no_more_than_declared,
    check_units_do_not_matter,
)
from planlab.testing.dials import Dial, check_dials
from planlab.testing.incentives import (
    PROMISES,
    check_budget,
    check_individually_rational,
    check_manipulable,
    check_monotone,
    check_truthful,
)
from planlab.testing.laws import check_law
from planlab.testing.promise import BrokenPromise
from planlab.testing.strategies import economies, lies, scenarios, types
from planlab.testing.worlds import drawn_scenario

__all__ = [
    "CHECKS",
    "PROMISES",
    "BrokenPromise",
    "Dial",
    "check_budget",
    "check_dials",
    "check_individually_rational",
    "check_law",
    "check_manipulable",
    "check_monotone",
    "check_truthful",
    "check_broken_plan_keeps_its_row",
    "check_goods_are_conserved",
    "check_mechanism",
    "check_more_of_a_limit_never_hurts",
    "check_names_do_not_matter",
    "check_new_numbers_do_not_recompile",
    "check_no_better_than_foresight",
    "check_numbers_can_be_differentiated",
    "check_plenty_meets_every_need",
    "check_same_seed_same_bits",
    "check_sees_no_more_than_declared",
    "check_units_do_not_matter",
    "drawn_scenario",
    "economies",
    "lies",
    "scenarios",
    "types",
]
