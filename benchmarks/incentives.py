"""What strategic reports do to needs: mechanism by reward, honest and in equilibrium.

    python -m benchmarks.incentives --economies layered,scale_free,pymrio-test --seeds 10

Everybody who can lie may: producers about capacity and input requirements, communities about needs (or about what
``--lies`` names); the horizon is ``--periods``. A row gives means over seeds with 95 % intervals: need satisfaction if
all are honest; what the producer and the community who gain most gain by lying alone, in units of pay, and how many of
all agents gain; need satisfaction where best replies end, what could still be gained there over the mean payoff, in how
many seeds that is a hundredth at most, and how many agents then tell the largest lie that is looked for, fivefold; what
producers are paid each on average and communities are charged together, if honest and in the end; factor use in the end
over factor use if honest; and geometric means of what is said over the truth.
``--ratchet`` is another table: central command under a target bonus whose quotas follow achievement.
"""

import argparse
import time
from multiprocessing import get_context

import numpy as np
import pandas as pd

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.study.consequences import consequences
from planlab.study.intervals import interval

MECHANISMS = ("command", "linear_program", "gradient", "vcg")
REWARDS = {
    "step bonus": pl.StepBonus,
    "Weitzman": pl.Weitzman,
    "Groves": pl.Groves,
    "profit": pl.Profit,
    "flat": pl.Flat,
}
LIES = ("capacity", "inputs", "needs")
"""What may be misreported unless ``--lies`` says otherwise."""


def world(name: str, products: int, seed: int) -> pl.Scenario:
    """Return a generated economy of a seed, or a real table, in which a seed draws who needs what most urgently."""
    if name in pl.table_names():
        scenario = pl.load_table(name)
    else:
        scenario = pl.make_scenario(name, products=products, communities=2, seed=seed)
    draw = np.random.default_rng([seed, 6])
    urgency = scenario.urgency * draw.lognormal(0.0, 0.3, scenario.needs.shape)
    return scenario.replace(urgency=urgency)


def seeds_of(case: tuple) -> list[dict]:
    """Return the rows of all seeds of one economy, mechanism and reward, in one process that compiles once."""
    *same, seeds = case
    work = ratchet if len(same) == 4 else one
    return [work(*same, seed) for seed in range(seeds)]


def one(
    name: str, mechanism: str, label: str, products: int, periods: int, rounds: int, lies: tuple[str, ...], seed: int
) -> dict:
    """Return the row of one seed."""
    scenario, reward = world(name, products, seed), REWARDS[label]()
    row, _ = consequences(mechanism, scenario, reward, lies, rounds, periods=periods, discount=0.9, seed=seed)
    return {"economy": name, "mechanism": mechanism, "reward": label, "seed": seed} | row


def ratchet(share: float, products: int, periods: int, rounds: int, seed: int) -> dict:
    """Return what a ratchet makes producers under central command say."""
    scenario = pl.make_scenario("layered", products=products, communities=2, seed=seed)
    reward, effort = pl.TargetBonus(1.0, share), pl.Effort(1.0, 2.0)
    ended = pl.equilibrium(
        "command", scenario, reward, "producers", ("capacity",), effort, periods, 0.9, rounds=rounds, seed=seed
    )
    said = np.asarray(ended.behaviour.capacity)
    return {
        "ratchet": share,
        "seed": seed,
        "understatement": 1 - float(said.mean()),
        "honest": ended.honest_satisfaction,
        "equilibrium": ended.satisfaction,
        "left": ended.epsilon,
        "converged": ended.converged,
    }


def money(value: float) -> str:
    """Return an amount in eight characters; prices can run away where what is reported could not be produced."""
    return f"{value:8.3f}" if abs(value) < 1000 else f"{value:8.0e}"


def spread(values: pd.Series) -> str:
    """Return a mean and its 95 % interval, or the range of fewer than eight runs."""
    found = interval(values.to_numpy(float))
    low, high = found.ends
    return f"{found.mean:.3f} {low:.3f}–{high:.3f}" if low < high else f"{found.mean:.3f} always"


def main() -> None:
    """Print a table of means over seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--economies", default="layered,scale_free,pymrio-test")
    parser.add_argument("--products", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--periods", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--mechanisms", default=",".join(MECHANISMS))
    parser.add_argument("--rewards", default=",".join(REWARDS))
    parser.add_argument("--lies", default=",".join(LIES), help="what may be misreported")
    parser.add_argument("--ratchet", action="store_true", help="the table of the ratchet instead")
    parser.add_argument("--processes", type=int, default=2)
    may_be_kept(parser)
    options = parser.parse_args()
    began, rows = time.perf_counter(), []
    if options.ratchet:
        shares, fixed = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0), (options.products, 12, 20)
        cases: list[tuple] = [(share, *fixed, options.seeds) for share in shares]
    else:
        fixed = options.products, options.periods, options.rounds
        lies = tuple(options.lies.split(","))
        cases = [
            (name, mechanism, label, *fixed, lies, options.seeds)
            for name in options.economies.split(",")
            for mechanism in options.mechanisms.split(",")
            for label in options.rewards.split(",")
        ]
    # what a process has compiled stays with it, so that each does a few cases only
    with get_context("spawn").Pool(options.processes, maxtasksperchild=4) as pool:
        for found in pool.imap(seeds_of, cases):
            rows += found
            save(rows, options.out)
    table = pd.DataFrame(rows)
    print(ratchets(table) if options.ratchet else mechanisms(table))
    print(f"{time.perf_counter() - began:.0f} s")
    print(provenance())


def mechanisms(table: pd.DataFrame) -> str:
    """Return the table of mechanisms and rewards."""
    lines = [
        f"{'economy':13s}{'mechanism':16s}{'reward':12s}{'honest':19s}{'regret':19s}{'of communities':19s}"
        f"{'liars':7s}{'equilibrium':19s}{'left':7s}{'conv.':6s}{'most':>5s}{'paid':>8s}{'then':>8s}{'charged':>9s}{'then':>8s}{'use':>7s}"
        f"{'said: capacity, inputs, needs':>32s}"
    ]
    for (name, mechanism, label), part in table.groupby(["economy", "mechanism", "reward"], sort=False):
        mean = part.mean(numeric_only=True)
        said = " ".join(f"{mean[k]:8.3f}" for k in ("capacity", "inputs", "needs"))
        lines.append(
            f"{name:13s}{mechanism:16s}{label:12s}{spread(part.honest):19s}{spread(part.regret):19s}"
            f"{spread(part.regret_of_communities):19s}{mean.liars:5.2f}  {spread(part.equilibrium):19s}"
            f"{'>9' if mean.left > 9 else f'{mean.left:.3f}':>5s}  {int(part.converged.sum()):2d}/{len(part):<3d}"
            f"{mean.at_most:5.1f}{mean.paid:8.3f}{money(mean.paid_in_equilibrium)}{mean.charged:9.3f}{mean.charged_in_equilibrium:8.3f}{mean.use:7.3f}{said:>32s}"
        )
    return "\n".join(lines)


def ratchets(table: pd.DataFrame) -> str:
    """Return the table of the ratchet."""
    lines = [f"{'ratchet':8s}{'understatement':19s}{'honest':19s}{'equilibrium':19s}{'left':7s}converged"]
    for share, part in table.groupby("ratchet"):
        lines.append(
            f"{share:<8.2f}{spread(part.understatement):19s}{spread(part.honest):19s}{spread(part.equilibrium):19s}"
            f"{part.left.mean():5.3f}  {int(part.converged.sum())}/{len(part)}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
