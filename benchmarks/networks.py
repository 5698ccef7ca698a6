"""What the networks of generators and of real tables look like.

    python -m benchmarks.networks > benchmarks/results/networks.txt            # some minutes
    python -m benchmarks.networks --largest 1000 --folder FOLDER_WITH_TABLES

Generators at their default settings, seed 0; the tables that come with planlab's extra ``data``; and, where a folder of
tables is given, the tables in it, each a folder of its own.
"""

import argparse
import warnings
from collections.abc import Iterator
from pathlib import Path

import planlab as pl
from benchmarks.provenance import provenance
from planlab.scenarios._statistics import network_statistics

GENERATORS = ("layered", "scale_free", "modular")
SIZES = (71, 402, 1000, 10_000, 100_000)


def worlds(largest: int, folder: Path | None) -> Iterator[tuple[str, pl.Scenario]]:
    """Return worlds one after another, by the names they are listed under: tables, then generators by size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pl.TableWarning)
        for table in pl.table_names():
            yield table, pl.load_table(table)
        for path in sorted(folder.iterdir()) if folder else ():
            if path.is_dir():
                yield path.name, pl.load_table(path)
    for name in GENERATORS:
        for products in SIZES:
            if products <= largest:
                yield name, pl.make_scenario(name, products=products)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Describe the networks of generators and real tables.")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="leave out generated worlds above this size")
    parser.add_argument("--folder", type=Path, help="a folder of real tables")
    chosen = parser.parse_args()
    print(f"# {provenance()}")
    print(
        f"{'world':20}{'products':>9}{'radius':>8}{'column sum':>12}{'inputs':>8}{'top hub':>9}{'gini':>6}{'up/low':>8}"
    )
    for name, world in worlds(chosen.largest, chosen.folder):
        s = network_statistics(world)
        print(
            f"{name:20}{s.products:9}{s.spectral_radius:8.2f}{s.column_sum:12.2f}{s.inputs:8.1f}{s.top_hub:9.2f}"
            f"{s.gini:6.2f}{s.upper_over_lower:8.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
