"""Kill a comparison of 40 cells at random moments, run it again, and see whether anything was lost or done twice.

python -m benchmarks.kill --kills 20

A kill comes after a random number of finished cells is seen on disk (none: the folder itself), and then after a random
part of the time that the last of them took, however busy the machine is. A row per kill: how many cells were waited
for, how many were finished then, how many the second run worked out and had kept, how many finished cells were written
anew, and whether tables have the bits of an undisturbed run. In the end a mechanism of the user's own is edited: its
ten cells are run again and no others; taking the edit back repeats nothing.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.provenance import provenance

SCRIPT = """
import sys
import planlab as pl
from mine import Mine

lying = {"lying": pl.IdiosyncraticBias(), "climbing": "idiosyncratic_bias@hierarchy"}
scenario = pl.make_scenario("layered", products=30, seed=0)
pl.compare(["standstill", "proportional", "linear_program", Mine()], scenario, 4, 5, lying, out=sys.argv[1])
"""

MINE = """
import planlab as pl
from share import SHARE

class Mine(pl.Mechanism):
    sees = frozenset({"last"})

    def plan(self, state, seen, key):
        return state, pl.Plan(SHARE * seen.last.activity, seen.last.delivery)
"""

TABLES = ("table.parquet", "periods.parquet", "shortfalls.parquet", "bounds.parquet")


class Study:
    """A script, a mechanism of the user's own and what it imports, and a folder for what is compiled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "script.py").write_text(SCRIPT)
        (folder / "mine.py").write_text(MINE)
        self.edit(1.0)

    def edit(self, share: float) -> None:
        """Change a file that the user's mechanism imports."""
        (self.folder / "share.py").write_text(f"SHARE = {share}\n")

    def start(self, out: Path) -> subprocess.Popen:
        """Start a run that keeps what it compiles."""
        compiled = {"JAX_COMPILATION_CACHE_DIR": str(self.folder / "compiled")}
        quick = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, str(self.folder / "script.py"), str(out)]
        return subprocess.Popen(command, env=os.environ | compiled | quick, stderr=subprocess.PIPE)

    def run(self, out: Path) -> dict:
        """Run to the end and return how many cells were worked out and how many had been kept."""
        with self.start(out) as job:
            _, error = job.communicate()
        if job.returncode:
            raise SystemExit(error.decode())
        return json.loads((out / "manifest.json").read_text())["cells"]


def cells(out: Path) -> dict[str, tuple[int, int]]:
    """Return the finished cells, each with what changes when it is written again."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in out.glob("cells/[0-9a-f]*.npz")}


def last_took(job: subprocess.Popen, out: Path, least: int) -> float:
    """Wait until at least so many cells are finished, and return the seconds from what was there before to the last."""
    seen, then, took = -1, time.perf_counter(), 0.0
    while job.poll() is None and seen < least:
        if out.exists() and (now := len(cells(out))) > seen:
            seen, took, then = now, time.perf_counter() - then, time.perf_counter()
        time.sleep(0.001)
    return took


def same(first: Path, second: Path) -> bool:
    return all((first / name).read_bytes() == (second / name).read_bytes() for name in TABLES)


def main() -> None:
    """Print a row per kill, and raise at the first that lost something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(provenance())
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        study, undisturbed = Study(Path(folder)), Path(folder) / "undisturbed"
        total = study.run(undisturbed)["made"]
        print(f"{total} cells with the bound")
        print("".join(f"{name:>14s}" for name in ("waited for", "finished", "run", "kept", "twice", "same tables")))
        for k in range(options.kills):
            out = Path(folder) / f"killed {k}"
            least = draw.randrange(total)
            with study.start(out) as job:
                time.sleep(draw.random() * last_took(job, out, least))
                job.send_signal(signal.SIGKILL)
            before = cells(out)
            again = study.run(out)
            now = cells(out)
            twice = sum(now[name] != was for name, was in before.items())
            alike = same(undisturbed, out)
            row = least, len(before), again["made"], again["kept"], twice, alike
            print("".join(f"{value!s:>14s}" for value in row), flush=True)
            if twice or not alike or again["kept"] != len(before) or again["made"] != total - len(before):
                raise SystemExit("something was lost or done twice")
        study.edit(0.5)
        edited = study.run(undisturbed)
        study.edit(1.0)
        back = study.run(undisturbed)
        print(f"after an edit of what its mechanism imports: {edited['made']} run, {edited['kept']} kept; ", end="")
        print(f"after the edit was taken back: {back['made']} run; same tables: {same(undisturbed, out)}")
        if (edited["made"], back["made"]) != (10, 0):
            raise SystemExit("an edit repeated what it should not, or did not repeat what it should")


if __name__ == "__main__":
    main()
