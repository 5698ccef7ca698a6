"""Test what is left of lies once everybody is honest: three years of lies, then honest reports for ever.

A row is needs met by year in per cent of what the same planner meets when nobody ever lied; blind planners never look
into the stores, and goods go to whoever orders them.

    python -m benchmarks.afterwards
    python -m benchmarks.afterwards --plain
"""

import argparse
from itertools import product

import jax
import jax.numpy as jnp

import planlab as pl
from benchmarks.lies import BLIND, BY_PLAN
from benchmarks.plain import add_plain, make, planner, scored
from benchmarks.provenance import provenance
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.scoring.series import per_period

LYING, YEARS = 3, 10
PLANNERS = {
    "blind": {"physics": BLIND, "stores": False},
    "refill": {"physics": BY_PLAN},
    "quarterly": {"physics": BY_PLAN, "replans": 4},
}


class AtFirst(Behaviour):
    """Lie in the first years."""

    inner: Behaviour

    def report(self, said, known, key):
        """Return lies, then the truth."""
        return _at_first(known, self.inner.report(said, known, key), said)


class Distorted(Channel):
    """Distort in the first years."""

    inner: Channel

    def carry(self, said, known, key):
        """Return what arrives, then what was said."""
        return _at_first(known, self.inner.carry(said, known, key), said)


def _at_first(known, early, late):
    return jax.tree.map(lambda a, b: jnp.where(known.period < LYING, a, b), early, late)


LIES = {
    "both": (AtFirst(pl.Embellish(1.1)), Distorted(pl.Hierarchy(levels=3))),
    "heterogeneous": (AtFirst(pl.IdiosyncraticBias()), Distorted(pl.Hierarchy(levels=3))),
}


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_plain(parser)
    plain = parser.parse_args().plain
    print("#", provenance())
    for world, mechanism, lie in product(("layered", "scale_free", "modular"), ("linear_program", "command"), LIES):
        scenario = make(world, plain, products=60, seed=1)
        for name, dials in PLANNERS.items():
            behaviour, channel = LIES[lie]
            settings = pl.Setting(behaviour, channel, **dials), pl.Setting(**dials)
            lied, honest = (
                per_period(pl.simulate(planner(mechanism, plain), scenario, YEARS, setting=setting))[scored(plain)]
                for setting in settings
            )
            row = " ".join(f"{100 * share:5.1f}" for share in lied / honest)
            print(f"{world:10s} {mechanism:14s} {lie:13s} {name:9s} {row}", flush=True)


if __name__ == "__main__":
    main()
