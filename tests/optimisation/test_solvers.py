"""One door to the solvers: closed forms equal simplex, choices are explained, wrong names are refused."""

import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation import closed_form, highs, solvers
from planlab.optimisation.kkt import farkas_margin
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation


@pytest.mark.parametrize("seed", range(20))
def test_closed_forms_equal_simplex_or_prove_that_there_is_no_plan(seed):
    scenario = pl.make_scenario(
        ("layered", "scale_free", "modular")[seed % 3],
        products=50,
        seed=seed,
        depreciation=0.05 * (seed % 2),
        tightness=0.7 + 0.3 * (seed % 5) / 4,
    )
    if seed % 4 == 3:
        scenario = with_parts(scenario, stock=0.05 * scenario.needs.sum(axis=1))
    statuses = []
    for objective in (pl.Ray(), pl.LeastThroughput(factor=seed % 4)):
        problem = objective.problem(first_observation(scenario))
        assert closed_form.applies(problem)
        reference, found = highs.solve(problem.linear), closed_form.solve(problem)
        statuses.append(reference.status)
        assert found.status == reference.status
        if found.status is Status.INFEASIBLE:
            assert farkas_margin(problem.linear, found.certificate.ray) > 0
        else:
            assert found.certificate.error <= 1e-9
            assert found.certificate.objective == pytest.approx(float(reference.certificate.objective), rel=1e-8)
    if seed % 5 == 0:
        assert statuses == [Status.OPTIMAL, Status.INFEASIBLE]


def test_stock_beyond_need_is_left_to_the_general_method():
    scenario = pl.make_scenario("layered", products=500, seed=0)
    scenario = with_parts(scenario, stock=scenario.stock.at[3].set(1e4 * float(scenario.needs.sum())))
    plan = pl.plan(pl.LinearProgram(objective=pl.Ray()), scenario)
    assert plan.status is Status.OPTIMAL
    assert plan.how is pl.How.SIMPLEX


@pytest.mark.parametrize(
    ("parameters", "how"),
    [
        ({"products": 60}, pl.How.SIMPLEX),
        ({"products": 1200}, pl.How.ACTIVE_SET),
        ({"products": 600, "techniques": 2}, pl.How.POLICY_ITERATION),
    ],
)
def test_a_plan_says_what_found_it_and_so_does_every_period_of_a_run(parameters, how):
    scenario = pl.make_scenario("scale_free", seed=1, **parameters)
    assert pl.plan("linear_program", scenario).how is how
    assert pl.simulate("linear_program", scenario, periods=2).plan.how.tolist() == [how, how]
    assert how.message != pl.How.RULE.message


def test_an_unknown_solver_is_refused():
    problem = pl.CappedNeeds().problem(first_observation(pl.make_scenario("three_sector")))
    with pytest.raises(ValueError, match="solver is 'simplex'; choose one of auto"):
        solvers.solve(problem, "simplex")
