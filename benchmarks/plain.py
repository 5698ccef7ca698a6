"""Another thing to count: all needs alike and each in one piece, where planlab counts them in tiers by what they cost.

Studies that were made so say ``--plain``, and what needs weigh shows in what they find: by equal weights the best plan
closes what costs most, and is far from where an economy stands when it opens.
"""

import argparse

import planlab as pl

__all__ = ["OBJECTIVE", "add_plain", "load", "make", "planner", "scored"]

OBJECTIVE = pl.CappedNeeds()
PLANNERS = {
    "linear_program": pl.LinearProgram(OBJECTIVE),
    "gradient": pl.Gradient(objective=OBJECTIVE),
    "gradual": pl.Gradual(pl.LinearProgram(OBJECTIVE)),
}


def add_plain(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument("--plain", action="store_true", help="all needs alike, each in one piece")


def make(name: str, plain: bool, **parameters: object) -> pl.Scenario:
    """Return a generated economy."""
    return pl.make_scenario(name, **parameters, **({"weights": "equal"} if plain else {}))


def load(name: str, plain: bool, **assumptions: object) -> pl.Scenario:
    """Return a table's economy."""
    return pl.load_table(name, **assumptions, **({"weights": "equal"} if plain else {}))


def planner(name: str, plain: bool) -> str | pl.Mechanism:
    """Return a mechanism that aims at what is counted."""
    return PLANNERS.get(name, name) if plain else name


def scored(plain: bool) -> str:
    """Return the score of what is counted."""
    return "need_satisfaction" if plain else "needs_met"
