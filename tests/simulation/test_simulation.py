"""Many seeds: on threads as alone, bit for bit; in one batch as on threads, to rounding."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.mechanisms.registry import find_mechanism
from planlab.simulation.runner import Runner, keys_of, nameless
from planlab.simulation.simulate import batched, simulate_seeds

SEEDS = (0, 3, 5)


@pytest.mark.parametrize("name", ["command", "gradient", "linear_program"])
def test_a_seed_does_not_depend_on_which_others_are_asked_for(name):
    scenario = pl.make_scenario("three_sector", labour=75)
    together = simulate_seeds(name, scenario, periods=3, behaviour=pl.IdiosyncraticBias(), seeds=SEEDS)
    for seed, run in zip(SEEDS, together, strict=True):
        alone = pl.simulate(name, scenario, periods=3, behaviour=pl.IdiosyncraticBias(), seed=seed)
        for one, other in zip(jax.tree.leaves(run.outcome), jax.tree.leaves(alone.outcome), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("differ", ["nothing", "worlds", "people"])
def test_one_batch_gives_what_threads_give(differ):
    worlds = [pl.make_scenario("layered", products=20, seed=seed if differ == "worlds" else 0) for seed in SEEDS]
    shares = jnp.array([0.6, 0.7, 0.8]) if differ == "people" else jnp.full(3, 0.7)
    people = [pl.Misreport(capacity=share) for share in shares] if differ == "people" else [pl.IdiosyncraticBias()] * 3
    mechanism = find_mechanism("command")
    if differ != "worlds":
        worlds = worlds[:1] * 3
    named = list(zip(worlds, people, SEEDS, strict=True))
    alone = [pl.simulate(mechanism, world, 2, behaviour, seed=seed) for world, behaviour, seed in named]
    bare = nameless(worlds[0])
    runners = [
        Runner(
            nameless(world) if differ == "worlds" else bare,
            pl.Setting(behaviour),
            keys_of(world.name, seed),
        )
        for world, behaviour, seed in named
    ]
    for run, (_, outcome, *_) in zip(alone, batched(mechanism, runners, 2), strict=True):
        assert eqx.tree_equal(run.outcome, outcome, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"periods": 0}, ValueError, "periods is 0; give a whole number from 1 to 100000"),
        ({"periods": 10**12}, ValueError, "periods is 1000000000000; give a whole number from 1 to 100000"),
        ({"periods": 2.0}, TypeError, "periods is 2.0; give a whole number"),
        ({"seed": -1}, ValueError, "seed is -1; give a whole number of at least 0"),
        ({"behaviour": "understate"}, TypeError, "behaviour is 'understate', which is not of kind Behaviour"),
        ({"behaviour": pl.Understate}, TypeError, "behaviour is <class .*, which is not of kind Behaviour"),
        ({"channel": "direct"}, TypeError, "channel is 'direct', which is not of kind Channel"),
        ({"physics": "slow"}, TypeError, "physics is 'slow', which is not of kind Physics"),
        ({"reward": 3.0}, TypeError, "reward is 3.0, which is not of kind Reward"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, kind, said):
    with pytest.raises(kind, match=said):
        pl.simulate("command", pl.make_scenario("three_sector"), **arguments)


def test_a_run_as_a_dataset_says_what_plans_were_worth_how_they_were_found_and_in_what_all_is_counted():
    run = pl.simulate("linear_program", pl.make_scenario("three_sector", labour=75), periods=2)
    data = run.to_xarray()
    for name in ("rents", "capacity_rents", "how"):
        np.testing.assert_array_equal(data[name], getattr(run.plan, name))
    assert float(data["rents"].max()) > 0
    assert (data["how"] == pl.How.SIMPLEX).all()
    assert data["planned_activity"].attrs == data["activity"].attrs == {"units": "units of process per period"}
    assert data["rents"].attrs["units"] == "objective per (units of factor)"
    assert data["status"].attrs == {}


def test_what_laws_moved_is_in_the_dataset_and_a_run_shows_itself():
    scenario = pl.make_scenario("three_sector").with_laws(pl.Renewable("labour", most=30.0), pl.GoodsInUse())
    run = pl.simulate("standstill", scenario, periods=12)
    data = run.to_xarray()
    np.testing.assert_array_equal(data["limits"][:, 0], run.path["nature"]["labour"])
    assert data["nature_in_use"].dims == ("period", "product")
    assert "Trajectory of standstill on three_sector, Truthful through Direct" in repr(run)
    assert repr(run).endswith(", ...")
    assert run._repr_html_().count("<tr>") == 1 + 10  # the first periods
    assert "2 more" in run._repr_html_()


def test_a_traced_run_can_be_shown():
    shown, scenario = [], pl.make_scenario("three_sector")

    @jax.jit
    def met(share):
        run = pl.simulate("standstill", scenario, 2, pl.Understate(share))
        shown.append((repr(run), run._repr_html_()))
        return run.outcome.delivery.sum()

    assert float(met(0.9)) > 0
    assert all("Trajectory of standstill" in text for text in shown[0])
