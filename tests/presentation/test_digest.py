from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlab.presentation.digest import digest
from planlab.presentation.findings import findings, headline
from planlab.presentation.layout import beside, limits, spread, ticks
from planlab.presentation.wording import percent, points

MECHANISMS = ["command", "linear_program", "gradient", "standstill", "proportional"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_labels_keep_their_distance_and_their_order(places):
    moved = spread(places, 0.05, 0.0, 1.0)
    order = np.argsort(places, kind="stable")
    gaps = np.diff(np.asarray(moved)[order])
    assert (gaps >= 0.05 - 1e-9).all()
    assert min(moved) >= -1e-9
    assert max(moved) <= 1 + 1e-9


def test_labels_with_room_stay_where_they_are():
    assert spread([0.1, 0.9, 0.5], 0.1) == pytest.approx([0.1, 0.9, 0.5])


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=12))
def test_markers_do_not_hide_one_another(places):
    moved = [(x + aside, y) for (x, y), aside in zip(places, beside(places, 10.0), strict=True)]
    for k, (x, y) in enumerate(moved):
        assert all(max(abs(x - u), abs(y - v)) > 10 - 1e-6 for u, v in moved[:k])


@given(st.floats(-1, 1), st.floats(1e-4, 1))
def test_an_axis_has_at_least_three_round_ticks_within_it(low, length):
    found = ticks(low, low + length)
    assert len(found) >= 3
    assert low - 1e-9 <= found[0]
    assert found[-1] <= low + length + 1e-9
    assert len({percent(tick, 4) for tick in found}) == len(found)


@given(st.lists(st.floats(0, 1)))
def test_an_axis_of_shares_shows_everything_and_nothing_impossible(shares):
    low, high = limits(shares, 0.0, 1.0)
    assert 0 <= low < high <= 1
    assert all(low <= share <= high for share in shares)


def test_rounding_to_zero_has_no_sign():
    assert percent(-0.00001) == "0.0\xa0%"
    assert points(-0.00001) == "0.0"


def test_mechanisms_keep_their_order_and_honesty_comes_first(comparison):
    shuffled = replace(comparison, table=comparison.table.sort_values("behaviour", ascending=False, kind="stable"))
    for summary in (digest(comparison), digest(shuffled)):
        assert summary.mechanisms == MECHANISMS
        assert summary.behaviours == ["honest", "misreporting"]


def test_costs_of_misreporting_are_paired_over_seeds(comparison):
    table = comparison.table.set_index(["mechanism", "behaviour", "seed"]).sort_index()["needs_met"]
    lost = table["command", "honest"] - table["command", "misreporting"]
    cost = digest(comparison).costs["command", "misreporting"]
    assert cost.mean == pytest.approx(lost.mean())
    assert cost.mean == pytest.approx(0.21, abs=0.01)
    assert cost.difference.values == tuple(lost)


def test_material_stands_for_throughput_and_without_it_the_next_kind(comparison):
    assert digest(comparison).kind == "material"
    without = comparison.table.drop(columns="throughput_growth_material")
    assert digest(replace(comparison, table=without)).kind == "labour"


def test_growth_is_shown_as_a_rate_that_ends_at_collapse(comparison):
    table = comparison.table.assign(throughput_growth_material=-20.0)
    assert digest(replace(comparison, table=table)).rows[0]["throughput_growth_material"].mean == pytest.approx(-1.0)
    table.loc[0, "throughput_growth_material"] = -np.inf
    assert digest(replace(comparison, table=table)).rows[0]["throughput_growth_material"].seeds == 5
    assert digest(replace(comparison, table=table)).rows[0]["throughput_growth_material"].least == -1.0


def test_an_empty_comparison_is_refused_by_name(comparison):
    with pytest.raises(ValueError, match="no rows"):
        digest(replace(comparison, table=comparison.table.iloc[:0]))


def test_products_come_shortest_first(comparison):
    summary = digest(comparison)
    means = comparison.shortfalls.groupby("product")["satisfaction"].mean()
    shown = means[summary.shortest(5)]
    assert shown.is_monotonic_increasing
    assert shown.max() <= means.drop(shown.index).min()


def test_the_headline_names_the_best_and_says_when_seeds_cannot_tell(comparison, made_up):
    said = headline(digest(comparison))
    assert said.startswith("Linear program and gradient came nearest to the bound, too close to tell apart")
    assert "96.2" in said
    alone = headline(digest(made_up(mechanisms=("command", "gradient"))))
    assert alone.startswith("Gradient came nearest to the bound: 9")


def test_the_headline_follows_the_numbers(made_up):
    frames = made_up()
    better = frames.table.assign(
        needs_met=frames.table["needs_met"].where(frames.table["mechanism"] != "standstill", 0.95)
    )
    assert headline(digest(replace(frames, table=better))).startswith("Standstill came nearest to the bound: 95.0")


def test_without_a_bound_nobody_comes_near_it(made_up):
    said = headline(digest(made_up(bound=float("nan"))))
    assert "bound" not in said
    assert "met most needs" in said


def test_a_mechanism_that_is_alone_comes_nearer_than_nobody(made_up):
    said = headline(digest(made_up(mechanisms=("command",))))
    assert said.startswith("Command met 7")
    assert said.endswith("of needs of at most 96.2\xa0%, with honest reports.")


def test_findings_tell_costs_from_noise(comparison):
    cost, gap, growth, basis = findings(digest(comparison))
    assert cost.startswith("Misreporting cost command 2")
    assert cost.endswith("it did not always go the same way for standstill.")
    assert "command (misreporting) promised" in gap
    assert "material use" in growth
    assert "(standstill)" in growth
    assert "lowest and the highest of 5 runs" in basis


def test_those_who_had_not_settled_are_said_so(made_up):
    frames = made_up(mechanisms=("command",))
    adapting = frames.table["behaviour"] == "misreporting"
    ends = {"epsilon": np.where(adapting, 0.004, np.nan), "converged": np.where(adapting, 1.0, np.nan)}
    calm = frames.table.assign(**ends)
    assert "(misreporting) settled in every run" in findings(digest(replace(frames, table=calm)))[1]
    restless = calm.assign(epsilon=calm["epsilon"] * np.where(calm["seed"] == 2, 50, 1))
    restless.loc[(restless["seed"] == 2) & adapting, "converged"] = 0.0
    said = findings(digest(replace(frames, table=restless)))[1]
    assert "not settled in 1 of 5 runs: somebody could still gain up to 20.0" in said


def test_one_seed_is_said_to_be_one(made_up):
    assert findings(digest(made_up(seeds=1)))[-1].startswith("One seed was run")
    assert "±" not in " ".join(findings(digest(made_up(seeds=1))))


def test_few_runs_are_said_to_be_too_few_and_their_range_is_given(made_up):
    frames = made_up(seeds=2)
    lost = digest(frames).costs["command", "misreporting"].difference
    said = " ".join(findings(digest(frames)))
    assert f"command {100 * lost.mean:.1f} ({100 * lost.least:.1f}–{100 * lost.most:.1f})" in said
    assert "too few for intervals and tests: run 8 seeds or more" in said


def test_one_world_is_said_to_be_one_and_has_no_interval(made_up):
    frames = made_up(seeds=10, behaviours=("honest",))
    numbers = frames.table.select_dtypes("number").columns.drop("seed")
    first = frames.table.groupby("mechanism", sort=False)[numbers].transform("first")
    said = findings(digest(replace(frames, table=frames.table.assign(**first))))
    assert said[-1].startswith("All 10 seeds of every row gave the same: this is one world")


def test_what_is_chance_is_said_to_be_chance(made_up):
    frames = made_up(seeds=10, mechanisms=("command", "standstill"))
    said = findings(digest(frames))
    assert said[0].endswith("it made no difference beyond chance to standstill.")
    assert said[-1].startswith("Ranges are 95\xa0% intervals over 10 seeds")


def test_runs_without_a_score_are_said_to_be_missing(made_up):
    frames = made_up()
    lost = (frames.table["mechanism"] == "command") & (frames.table["seed"] < 2)
    table = frames.table.assign(needs_met=frames.table["needs_met"].mask(lost))
    said = " ".join(findings(digest(replace(frames, table=table))))
    assert "no mean counts: command (honest) in 2 of 5 and command (misreporting) in 2 of 5." in said


def test_mechanisms_with_the_same_outcomes_are_said_to_have_the_same_plans(made_up):
    frames = made_up(mechanisms=("linear_program", "command"))
    twin = [
        frame[frame["mechanism"] == "linear_program"].assign(mechanism="vcg")
        for frame in (frames.table, frames.periods)
    ]
    twin[0]["messages"] += 7
    both = replace(frames, table=pd.concat([frames.table, twin[0]]), periods=pd.concat([frames.periods, twin[1]]))
    assert "Vcg made the same plans as linear program in every run" in " ".join(findings(digest(both)))
    assert headline(digest(both)).startswith("Linear program and vcg came nearest to the bound, with the same plans")
    lying = twin[0]["behaviour"] != "honest"
    other = twin[0].assign(worst_need=twin[0]["worst_need"] + 1e-15 * lying)
    told = " ".join(findings(digest(replace(both, table=pd.concat([frames.table, other])))))
    assert "Vcg made the same plans as linear program with honest reports" in told
    assert "same plans" not in " ".join(findings(digest(frames)))


def test_lies_that_help_are_said_to_help(made_up):
    frames = made_up(mechanisms=("command",))
    lying = frames.table["behaviour"] == "misreporting"
    upside_down = frames.table.assign(needs_met=frames.table["needs_met"] + 0.4 * lying)
    assert "raised needs met under command" in findings(digest(replace(frames, table=upside_down)))[0]


def test_outcomes_that_could_not_be_scored_are_said_so(comparison):
    nothing = comparison.table.assign(needs_met=np.nan)
    assert "No plan" in headline(digest(replace(comparison, table=nothing)))


def test_statuses_of_all_seeds_are_kept(comparison):
    table = comparison.table.copy()
    table.loc[table.index[0], "status"] = "broken"
    assert digest(replace(comparison, table=table)).rows[0].status == "proposed, broken"


def test_categories_work_as_names(comparison):
    def coded(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(
            mechanism=frame["mechanism"].astype("category"), behaviour=frame["behaviour"].astype("category")
        )

    frames = replace(
        comparison,
        table=coded(comparison.table),
        periods=coded(comparison.periods),
        shortfalls=coded(comparison.shortfalls),
    )
    assert digest(frames).mechanisms == MECHANISMS
    assert digest(frames).promises == digest(comparison).promises


def test_who_lived_off_its_wealth_does_not_win(comparison):
    table = comparison.table
    eaten = table.assign(closing_wealth=np.where(table["mechanism"] == "linear_program", 0.9, 1.0))
    said = headline(digest(replace(comparison, table=eaten)))
    assert not said.startswith("Linear program ")
    assert "; linear program met more and left too little to go on" in said
    everybody = table.assign(closing_wealth_stores=0.5)
    assert headline(digest(replace(comparison, table=everybody))).startswith(("Linear program", "Gradient"))


def test_a_bound_of_those_who_leave_enough_is_told_where_it_is_another(comparison):
    lower = comparison.bounds.assign(lasting=comparison.bounds["bound"] - 0.02)
    said = " ".join(findings(digest(replace(comparison, bounds=lower))))
    assert "Whoever leaves enough to go on meets at most" in said
    same = comparison.bounds.assign(lasting=comparison.bounds["bound"])
    assert "leaves enough" not in " ".join(findings(digest(replace(comparison, bounds=same))))


def test_who_lacks_the_essential_half_of_a_category_is_said(comparison):
    table = comparison.table.assign(floor_met=1.0)
    assert "Everybody had the essential half" in " ".join(findings(digest(replace(comparison, table=table))))
    table.loc[(table["mechanism"] == "command") & (table["behaviour"] == "honest"), "floor_met"] = 0.75
    assert "but of all people command 75.0\xa0%" in " ".join(findings(digest(replace(comparison, table=table))))
