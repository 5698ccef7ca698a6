"""What an accelerator gains, measured in small on the CPU; and what a measurement does when something runs out."""

import math
import sys
from typing import NamedTuple

import jax
import numpy as np
import pandas as pd
import pytest

import planlab as pl
from benchmarks import accelerator
from benchmarks.ladder import Machine, Part, Trial, bandwidth, run

CPU = jax.devices("cpu")[0]


class Chip(NamedTuple):
    """A device that there is not."""

    device_kind: str = "chip"
    platform: str = "gpu"


class Clock:
    """Tells the time that work says it takes."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, name="work", chip=1e-3, cpu=1e-3, fails=math.inf, **about) -> Part:
        """Return a part that takes so many seconds per product, and all memory from a size on."""

        def lay_out(n, bits, device):
            def work():
                if n >= fails and device == Chip():
                    raise jax.errors.JaxRuntimeError(f"RESOURCE_EXHAUSTED: Out of memory allocating {8 * n} bytes.")
                self.now += n * (cpu if device == CPU else chip)

            return Trial(work, n, lambda _: 0.0, lambda _: 1e6 * n)

        return Part(name, lay_out, 1000, **about)


@pytest.fixture
def clock():
    return Clock()


def rows_of(parts, clock, seconds, **about):
    return list(run(parts, Machine(Chip(), CPU, {Chip(): 1e12, CPU: 1e11}), seconds, clock=clock, **about))


@pytest.fixture(scope="module")
def small():
    machine = Machine(CPU, CPU, {CPU: bandwidth(CPU, 2**12)})
    return list(run(accelerator.parts(CPU, seeds=3, first=20, few=20), machine, 1e6, largest=20))


def test_every_part_has_rows_in_64_and_in_32_bits_and_the_last_says_why_it_ended(small):
    names = [part.name for part in accelerator.parts(CPU)]
    assert {(row.part, row.bits) for row in small} == {(name, bits) for name in names for bits in (64, 32)}
    ends = [row.stopped for row in small if row.stopped]
    assert len(ends) == 2 * len(names)
    assert not [said for said in ends if "failed" in said or "out of" in said]


def test_what_cannot_run_in_32_bits_says_so_and_has_no_numbers(small):
    wide = [row for row in small if row.bits == 32 and "64" in row.stopped]
    assert len(wide) == 4
    assert np.isnan([(row.seconds, row.error) for row in wide]).all()


def test_answers_are_right(small):
    measured = [row for row in small if not row.stopped]
    assert len(measured) == 10
    for row in measured:
        enough = 1.1e-4 if row.part == "gradient plan" else 1e-4 if row.bits == 32 else 1e-8
        assert 0 <= row.error <= enough, row
        assert row.seconds > 0
        assert row.ratio_to_limit > 0 or row.part == "leontief, pl.gross_output"


def test_the_cpu_is_as_fast_as_itself_and_what_has_no_device_version_has_no_ratio(small):
    measured = [row for row in small if not row.stopped]
    assert all(
        row.ratio_to_cpu == 1 or (row.where.startswith("CPU only") and np.isnan(row.ratio_to_cpu)) for row in measured
    )


def test_a_wrong_answer_shows():
    A, d = accelerator.world(20).economy.inputs, accelerator.demand(20)
    x = pl.gross_output(A, d)
    assert accelerator.residual(A, d, x) < 1e-10
    assert accelerator.residual(A, d, x + np.eye(1, x.size, 3)[0]) > 1e-3


def test_memory_that_is_exhausted_ends_a_part_with_its_reason(clock):
    rows = rows_of([clock.work(fails=5000), clock.work("next")], clock, 1e6, largest=1e5)
    assert [(row.products, row.stopped) for row in rows if (row.part, row.bits) == ("work", 64)] == [
        (1000, ""),
        (3162, ""),
        (10000, "out of memory"),
    ]
    assert [row.products for row in rows if (row.part, row.bits) == ("next", 32)] == [
        1000,
        3162,
        10000,
        31623,
        100000,
        316228,
    ]


def test_a_size_that_the_time_left_would_not_do_is_not_begun(clock):
    for seconds, largest in ((100, 3162), (1000, 31623)):
        clock.now = 0.0
        rows = rows_of([clock.work(chip=1e-3, cpu=0.0)], clock, seconds)
        assert max(row.products for row in rows if row.bits == 64 and not row.stopped) == largest
        assert all("out of time" in row.stopped for row in rows if row.stopped)
        assert clock.now <= seconds


def test_what_one_part_leaves_of_its_time_goes_to_the_next(clock):
    quick = clock.work("quick", fails=0, wide="not available in 32 bit")
    alone, both = [clock.work(cpu=0.0)], [quick, clock.work(cpu=0.0)]
    sizes = [[(row.bits, row.products) for row in rows_of(parts, clock, 300)] for parts in (alone, both)]
    assert sizes[0] == sizes[1][2:]


def test_a_device_is_held_against_the_cpu_until_that_takes_too_long(clock):
    measured = [row for row in rows_of([clock.work(cpu=1e-1, wide="no")], clock, 3000) if not row.stopped]
    assert [row.ratio_to_cpu for row in measured[:2]] == [pytest.approx(100)] * 2
    assert np.isnan(measured[-1].cpu_seconds)
    assert measured[-1].where == "gpu; the CPU would take too long"
    assert measured[0].ratio_to_limit == pytest.approx(1e-3)
    assert clock.now <= 3000


def test_an_answer_that_was_not_worked_out_on_the_device_is_no_answer(clock):
    elsewhere = Part("elsewhere", lambda n, bits, device: Trial(lambda: jax.numpy.ones(3), 0, lambda _: 0.0), 1000)
    (row, _) = rows_of([elsewhere._replace(wide="no")], clock, 10)
    assert row.stopped.startswith("failed: RuntimeError: the answer lies on")


def test_rows_are_written_with_what_made_them(clock, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(accelerator, "parts", lambda *_: [clock.work()])
    monkeypatch.setattr(sys, "argv", ["accelerator.py", "--small", "--out", str(tmp_path / "here.csv")])
    accelerator.main()
    table = pd.read_csv(tmp_path / "here.csv")
    assert table.bits.tolist() == [64, 64, 32, 32]
    assert table.made_by.str.contains("jax").all()
    assert "as large as asked for" in capsys.readouterr().out
