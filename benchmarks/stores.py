"""What it costs to look into the stores: seconds a plan, which solver, what became of it, and what people got.

    python -m benchmarks.stores --sizes 2e3,5e3,1e4 --periods 5

Every line is a run of linear planning in which the users' stores are planned for like one more community, or not looked
into. Seconds are a plan's, from programme to certificate: of the first, which starts from nothing, and the mean of the
others, each of which starts from the one before. Reports are honest, or everybody embellishes norms by a tenth and a
hierarchy of three levels distorts what it passes on, so that every year stores lack something else.
"""

import argparse
import time
from collections import Counter
from typing import Any

import numpy as np

import planlab as pl
from benchmarks.provenance import provenance
from benchmarks.record import may_be_kept, save
from planlab.mechanisms.mechanism import Mechanism
from planlab.planning.plan import How, Status

REPORTS = {
    "honest": pl.Setting(),
    "distorted": pl.Setting(behaviour=pl.Embellish(1.1), channel=pl.Hierarchy(levels=3)),
}


class Timed(pl.LinearProgram):
    """Linear planning that keeps in `TOOK` how many seconds each plan took, and its error."""

    def plan(self, state: Any, seen: Any, key: Any) -> Any:
        """Return the optimal plan."""
        began = time.perf_counter()
        state, plan = pl.LinearProgram.plan(self, state, seen, key)
        assert plan.certificate is not None
        TOOK.append((time.perf_counter() - began, float(plan.certificate.error)))
        return state, plan


TOOK: list[tuple[float, float]] = []


def measured(mechanism: Mechanism, scenario: pl.Scenario, reports: str, stores: bool, periods: int) -> dict[str, Any]:
    """Run once, print a line, and return it as a row."""
    TOOK.clear()
    told = REPORTS[reports]
    setting = pl.Setting(behaviour=told.behaviour, channel=told.channel, stores=stores, months=False)
    run = pl.simulate(mechanism, scenario, periods, setting=setting, seed=0)
    plan, (seconds, errors) = run.plan, np.transpose(TOOK)
    how = Counter(str(How(int(code))) for code in np.asarray(plan.how))
    status = Counter(str(Status(int(code))) for code in np.asarray(plan.status))
    row = {
        "products": scenario.economy.products,
        "processes": scenario.economy.processes,
        "reports": reports,
        "stores": stores,
        "first": seconds[0],
        "others": seconds[1:].mean() if seconds[1:].size else np.nan,
        "solver": ", ".join(how),
        "status": ", ".join(f"{name} {count}" for name, count in status.items()),
        "error": errors.max(),
        "needs met": float(pl.score(run).need_satisfaction),
    }
    print(
        f"{row['products']:7d} products, {row['processes']:7d} processes, {reports:9s} stores {stores!s:5s}: first "
        f"plan {row['first']:6.2f} s, others {row['others']:6.2f} s; {row['solver']}, {row['status']}, error "
        f"{row['error']:.0e}; needs met {row['needs met']:.3f}",
        flush=True,
    )
    return row


def main() -> None:
    """Print a line per world, reports and whether stores are looked into."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="2e3,5e3,1e4")
    parser.add_argument("--techniques", default="1")
    parser.add_argument("--kinds", default="layered")
    parser.add_argument("--reports", default="honest,distorted")
    parser.add_argument("--periods", type=int, default=5)
    may_be_kept(parser)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    sizes, techniques = ([int(float(n)) for n in part.split(",")] for part in (options.sizes, options.techniques))
    for kind, size, ways in ((k, n, t) for n in sizes for t in techniques for k in options.kinds.split(",")):
        scenario = pl.make_scenario(kind, products=size, techniques=ways)
        for reports in options.reports.split(","):
            for stores in (False, True):
                rows.append({"economy": kind, **measured(Timed(), scenario, reports, stores, options.periods)})
                save(rows, options.out)
    print(provenance())


if __name__ == "__main__":
    main()
