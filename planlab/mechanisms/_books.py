r"""What a planner who keeps books can tell of producers, beside what they say of themselves.

Suppliers' books say what every user received, and what the users of every product received in all. Nobody who
misreports his own affairs writes in them.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from planlab.people.observation import Observation

__all__ = ["Books", "Ceilings", "averaged", "made", "sold_out"]

FULL = 1e-3
"""Part of its orders below which a product's users count as served in full, and of a target as reached."""

PRIOR, SURE = 0.01, 1e-6
"""How many intervals of books what was reported is worth, and at least where books are on a line."""

DOUBT = 30.0
"""How much more it is worth by the mean square by which books are off a line."""

LONGEST = 6.0
"""After how many failed tries in a row the waiting no longer doubles."""


def averaged(
    before: Float[Array, "parts"], said: Float[Array, "parts"], count: Int[Array, ""], least: Any
) -> Float[Array, "parts"]:
    r"""Return the mean of reports in logarithms, :math:`\bar a_t = \bar a_{t-1} (\hat a_t / \bar a_{t-1})^g`.

    Here :math:`g = \max(1/(t+1), \text{least})`. What is said to be nothing or unlimited is taken as it is said.
    """
    gain = jnp.maximum(1.0 / (count + 1.0), least)
    known = (before > 0) & (said > 0) & jnp.isfinite(said) & jnp.isfinite(before)
    old, new = (jnp.where(known, part, 1.0) for part in (before, said))
    return jnp.where(known, old * (new / old) ** gain, said)


def sold_out(seen: Observation) -> Bool[Array, "products"]:
    """Return of which products nothing can be in stock: some orders of the last month went unfilled."""
    return seen.months.unfilled[-1] > FULL * seen.months.orders[-1]


def made(seen: Observation, grown: Float[Array, "products"]) -> Float[Array, "processes"]:
    """Return what each process made in the last interval by its users' books.

    Of a product was made what its users received and by how much stocks have grown. Makers of one product share it in
    proportion to what they claim.
    """
    received = (seen.months.orders - seen.months.unfilled).sum(axis=0)
    return _by_books(seen, jnp.maximum(received + grown, 0.0), seen.last.activity)


def _by_books(
    seen: Observation, output: Float[Array, "products"], claimed: Float[Array, "processes"]
) -> Float[Array, "processes"]:
    """Return claims of activity, corrected by what came of them."""
    M = seen.economy.outputs
    said = M @ claimed
    ratio = jnp.where(said > 0, output / jnp.where(said > 0, said, 1.0), 1.0)
    whole = M.sum_columns(M.values)
    return claimed * M.sum_columns(M.values * ratio[M.rows]) / jnp.where(whole > 0, whole, 1.0)


class Ceilings(NamedTuple):
    """What part of the capacity that it reports each process is believed to have.

    Parameters
    ----------
    part
        That part, ``(processes,)``.
    failures
        How many tries for more have failed.
    suspect
        What part it reached if it fell short without excuse in the last interval, else infinity.
    """

    part: Float[Array, "processes"]
    failures: Float[Array, "processes"]
    suspect: Float[Array, "processes"]

    @classmethod
    def of(cls, processes: int) -> "Ceilings":
        """Return the belief that all have what they report."""
        return cls(jnp.ones(processes), jnp.zeros(processes), jnp.full(processes, jnp.inf))

    def learned(
        self, seen: Observation, reported: Float[Array, "processes"], turn: Float[Array, "processes"], more: Any
    ) -> "Ceilings":
        """Return what is believed after an interval.

        Who had stores for its target and got all that it ordered, used no factor that was used up, had ceased to grow,
        whose product ran out and who made less than its target, and all that twice in a row, can do no more than that.
        Of those who delivered at their ceiling, some in turn are asked for more: for half of what they are
        believed to lack, or a little more than they report. Who fails at that waits twice as long for the next try.

        Parameters
        ----------
        seen
            Without stores; norms and inventories as they are believed to be.
        reported
            Capacity, averaged over reports, ``(processes,)``.
        turn
            How many intervals have passed, and everybody's place, over how long all wait, ``(processes,)``.
        more
            By what part of its report somebody is asked for more.
        """
        A, M, months, t = seen.economy.inputs, seen.economy.outputs, seen.months, seen.last.target
        short = months.unfilled > FULL * months.orders
        ran_out = short[-1] & short[max(short.shape[0] - 2, 0)]
        wanted = M.sum_columns(jnp.where(ran_out[M.rows], M.values, 0.0)) > 0
        lacks = short.any(axis=0)[A.rows] | (seen.inventory < A.values * t[A.columns] / short.shape[0])
        exhausted = months.factor_use[-1] * short.shape[0] >= (1.0 - FULL) * seen.limits
        used_up = (exhausted[:, None] & (seen.economy.factors > 0)).any(axis=0)
        held_up = used_up | (A.sum_columns(jnp.where(lacks & (A.values > 0), 1.0, 0.0)) > 0)
        before, last = (
            _by_books(seen, months.orders[s] - months.unfilled[s], months.activity[s])
            for s in (max(short.shape[0] - 2, 0), -1)
        )
        reached, stalled = short.shape[0] * last, last <= (1.0 + FULL) * before

        limited = jnp.isfinite(reported) & (reported > 0)
        size = jnp.where(limited, reported, 1.0)
        failed = limited & ~held_up & stalled & wanted & (reached < (1.0 - FULL) * t)
        full = limited & ~wanted & (t >= (1.0 - FULL) * self.part * size)
        tries = full & (turn % 2.0 ** jnp.minimum(self.failures, LONGEST) < 1.0)
        raised = self.part + jnp.maximum((1.0 - self.part) / 2, more)
        again, most = failed & jnp.isfinite(self.suspect), jnp.maximum(reached / size, self.suspect)
        part = jnp.where(again, jnp.minimum(self.part, most), jnp.where(tries, raised, self.part))
        failures = self.failures + jnp.where(again & (self.part >= 1.0), 1.0, 0.0)
        return Ceilings(part, failures, jnp.where(failed, reached / size, jnp.inf))


class Books(NamedTuple):
    r"""The regression of what a user received on what it made and claims to have in store more than before.

    With :math:`f = a x` for a first reported norm :math:`a` and output :math:`x` by the books,

    .. math:: \frac{\text{received}}{f} = \nu + \theta \frac{\Delta \hat I}{f},

    exactly, where the true norm is :math:`\nu a` and true stores are :math:`\theta` times those reported. Sums over
    intervals, each counting less by a part the older it is.
    """

    n: Float[Array, "nonzeros"]
    d: Float[Array, "nonzeros"]
    dd: Float[Array, "nonzeros"]
    r: Float[Array, "nonzeros"]
    dr: Float[Array, "nonzeros"]
    rr: Float[Array, "nonzeros"]

    @classmethod
    def of(cls, nonzeros: int) -> "Books":
        """Return empty books."""
        return cls(*(jnp.zeros(nonzeros),) * 6)

    def written(self, received: Array, filled: Array, used: Array, kept: Any) -> "Books":
        """Return the books with an interval more.

        Parameters
        ----------
        received, filled, used
            What came in, by how much stores are said to have grown, and what output should have used, ``(nonzeros,)``.
        kept
            What part the older intervals count for.
        """
        f = jnp.where(used > 0, used, 1.0)
        r, d = received / f, filled / f
        new = (jnp.ones_like(r), d, d * d, r, d * r, r * r)
        return Books(*(jnp.where(used > 0, kept * old + own, old) for old, own in zip(self, new, strict=True)))

    def found(self) -> tuple[Float[Array, "nonzeros"], Float[Array, "nonzeros"]]:
        r"""Return :math:`\nu` and :math:`\theta`, by least squares around what was reported, which is 1.

        What was reported counts for the more the further the books are from a line, and in full until there are more
        than two intervals: errors of output move both sides.
        """
        nu, theta = _fitted(self, SURE)
        off = self.rr - nu * self.r - theta * self.dr
        more = self.n - 2.0
        spread = jnp.where(more > 0.1, jnp.maximum(off, 0.0) / jnp.where(more > 0.1, more, 1.0), jnp.inf)
        return _fitted(self, jnp.clip(DOUBT * spread, SURE, PRIOR))


def _fitted(books: Books, worth: Any) -> tuple[Float[Array, "nonzeros"], Float[Array, "nonzeros"]]:
    """Return the line by least squares, where what was reported is worth so many intervals."""
    a, b, c = books.n + worth, books.d, books.dd + worth
    e, g = books.r + worth, books.dr + worth
    determinant = a * c - b * b
    return (c * e - b * g) / determinant, (a * g - b * e) / determinant
