"""How people report: from what they know to what they say."""

import zlib
from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, BELOW_1, FINITE, POSITIVE
from planlab.base.part import Part, number
from planlab.base.registry import Registry
from planlab.economy.scenario import Scenario
from planlab.people.reports import Knowledge, Reports

__all__ = [
    "Behaviour",
    "Embellish",
    "ExaggerateNeeds",
    "IdiosyncraticBias",
    "Misreport",
    "NoNeedsChannel",
    "NoisyNeeds",
    "OverRequest",
    "Ratchet",
    "Combined",
    "Truthful",
    "Understate",
    "role",
]


class Behaviour(Part):
    """Turns what was going to be said into what is said; the truth comes in first.

    The key is the same in every period of a run, for all behaviours that are put together: it belongs to the people
    and not to the behaviour. Draw from ``role(key, "what is drawn")`` for lasting character, and from
    ``jax.random.fold_in(role(key, ...), known.period)`` for what changes from period to period. A class that never
    looks at the key says so by ``deterministic``, so that comparisons need not run it for every seed; a subclass says
    so anew.
    """

    deterministic: ClassVar[bool] = False

    @abstractmethod
    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what is said."""

    def adapt_to(self, mechanism: Any, scenario: Scenario, **world: Any) -> "Behaviour":
        """Return the behaviour as it is once people know what they face; most report as always.

        Parameters
        ----------
        mechanism, scenario
            Who will plan, and for which world.
        **world
            ``reward``, ``channel``, ``physics`` and ``seed`` as in `planlab.simulate`, and ``behaviour``: what all do
            anyway.
        """
        return self


Registry("behaviour", Behaviour)


def role(key: PRNGKeyArray, what: str) -> PRNGKeyArray:
    """Return the key for one thing that is drawn, such as "capacity" or "exaggeration", whoever draws it."""
    return jax.random.fold_in(key, zlib.crc32(what.encode()))


def _claim(said: Reports, known: Knowledge, activity: Float[Array, "processes"]) -> Reports:
    """Return reports in which `activity` was achieved, and the goods that implies lie in stock."""
    phantom = known.economy.outputs @ (activity - said.activity)
    return replace(said, activity=activity, stock=jnp.maximum(said.stock + phantom, 0.0))


def _lognormal(key: PRNGKeyArray, shape: tuple[int, ...], bias: float, spread: float) -> Array:
    return jnp.exp(bias + spread * jax.random.normal(key, shape))


def _fits(name: str, factor: Any, count: int, whose: str) -> None:
    """Require one factor for all or one for each."""
    shape = jnp.shape(factor)
    if shape not in ((), (1,), (count,)):
        raise ValueError(f"{name} has shape {shape} and {whose} are {count}; give one number or one for each.")


class Truthful(Behaviour):
    """Everybody says what is."""

    deterministic: ClassVar = True

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return the reports unchanged."""
        return said


class Misreport(Behaviour):
    """Everybody multiplies what it says by a factor of its own; all ones: the truth.

    What `planlab.regret` searches over and `planlab.equilibrium` returns.

    Parameters
    ----------
    capacity, inputs, results
        Said over true capacity, input requirements and last period's results, above 0; one number or ``(processes,)``.
    needs
        Said over true needs, above 0; one number or ``(communities,)``.
    """

    deterministic: ClassVar = True

    capacity: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    inputs: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    results: Float[Array, "#processes"] | float = number(1.0, POSITIVE, row=True)
    needs: Float[Array, "#communities"] | float = number(1.0, POSITIVE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with every number multiplied by its factor; raise where factors are not as many."""
        for name in ("capacity", "inputs", "results"):
            _fits(name, getattr(self, name), said.capacity.shape[0], "processes")
        _fits("needs", self.needs, said.needs.shape[1], "communities")
        recipe = jnp.broadcast_to(jnp.asarray(self.inputs), said.capacity.shape)
        wish = jnp.broadcast_to(jnp.asarray(self.needs), said.needs.shape[1:])
        said = replace(
            said,
            capacity=said.capacity * self.capacity,
            inputs=said.inputs * recipe[known.economy.inputs.columns],
            needs=said.needs * wish[None, :],
        )
        return _claim(said, known, said.activity * self.results)


class Understate(Behaviour):
    """Every producer admits to the same share of its capacity, to get an easier plan.

    Parameters
    ----------
    share
        Reported over true capacity, above 0. Uniform understatement is nearly harmless unless capacity binds.
    """

    deterministic: ClassVar = True

    share: float = number(0.8, POSITIVE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with capacity times `share`."""
        return replace(said, capacity=said.capacity * self.share)


class OverRequest(Behaviour):
    """Every producer asks for the same multiple of the inputs it needs, and hoards what it gets.

    Parameters
    ----------
    factor
        Requested over true requirements, above 0.
    """

    deterministic: ClassVar = True

    factor: float = number(1.2, POSITIVE)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with input requirements times `factor`."""
        return replace(said, inputs=said.inputs * self.factor)


class Embellish(Behaviour):
    """Every producer claims a multiple of what it achieved, so that the centre believes in goods that are not there.

    Parameters
    ----------
    factor
        Claimed over true activity, above 0.
    """

    deterministic: ClassVar = True

    factor: float = number(1.1, POSITIVE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with claimed activity times `factor` and stocks to match."""
        return _claim(said, known, said.activity * self.factor)


class IdiosyncraticBias(Behaviour):
    r"""Producers who differ: each multiplies what it says by its own lasting lognormal factor.

    .. math:: \hat c_j = c_j e^{b_c + \sigma_c \varepsilon_j},\quad
              \hat A_{ij} = A_{ij} e^{b_A + \sigma_A \varepsilon'_j},\quad
              \hat x_j = x_j e^{b_x + \sigma_x \varepsilon''_j}.

    Uniform bias is nearly harmless; it is the spread that misleads a planner about who can do what.

    Parameters
    ----------
    capacity, inputs, results
        Log-standard deviations :math:`\sigma` of what is said of capacity, input requirements and achievements.
    capacity_bias, inputs_bias, results_bias
        Log-biases :math:`b`: by default capacity is understated, inputs are padded, results embellished.
    """

    capacity: float = number(0.2, AT_LEAST_0, row=True)
    inputs: float = number(0.1, AT_LEAST_0, row=True)
    results: float = number(0.02, AT_LEAST_0, row=True)
    capacity_bias: float = number(-0.1, FINITE, row=True)
    inputs_bias: float = number(0.05, FINITE, row=True)
    results_bias: float = number(0.01, FINITE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with every producer's own factors."""
        m = said.capacity.shape
        of_capacity, of_inputs, of_results = (role(key, what) for what in ("capacity", "inputs", "results"))
        said = replace(
            said,
            capacity=said.capacity * _lognormal(of_capacity, m, self.capacity_bias, self.capacity),
            inputs=said.inputs * _lognormal(of_inputs, m, self.inputs_bias, self.inputs)[known.economy.inputs.columns],
        )
        return _claim(said, known, said.activity * _lognormal(of_results, m, self.results_bias, self.results))


class Ratchet(Behaviour):
    r"""Producers who know that today's achievement is tomorrow's quota (Weitzman 1980 :cite:`weitzman:80`).

    Each admits to :math:`\hat c_j = c_j (1 - \kappa \min(1, q_j / c_j))`: the tauter last year's target :math:`q`
    was, the more it hides; and it never claims more than its target. Stylised: a rule of thumb, not a best reply.

    Parameters
    ----------
    strength
        :math:`\kappa`, from 0 (hides nothing) to below 1.
    """

    deterministic: ClassVar = True

    strength: float = number(0.3, BELOW_1, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with capacity hidden in answer to last year's target."""
        c, q = said.capacity, known.last.target
        tautness = jnp.where(jnp.isfinite(c) & (c > 0), jnp.minimum(1.0, q / jnp.where(c > 0, c, 1.0)), 0.0)
        said = replace(said, capacity=c * (1 - self.strength * tautness))
        return _claim(said, known, jnp.minimum(said.activity, q))


class NoNeedsChannel(Behaviour):
    """Nobody asks the communities: the planner sees last year's deliveries instead of needs."""

    deterministic: ClassVar = True

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports whose needs are last year's deliveries."""
        return replace(said, needs=known.last.delivery)


class NoisyNeeds(Behaviour):
    """Needs are heard imperfectly: each is multiplied by a fresh lognormal draw of mean one every period.

    Parameters
    ----------
    noise
        Log-standard deviation.
    """

    noise: float = number(0.3, AT_LEAST_0, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with blurred needs."""
        key = jax.random.fold_in(role(key, "needs heard"), known.period)
        return replace(said, needs=said.needs * _lognormal(key, said.needs.shape, -(self.noise**2) / 2, self.noise))


class ExaggerateNeeds(Behaviour):
    """Communities ask for more than they need, each by its own lasting factor.

    Parameters
    ----------
    factor
        Median of stated over true needs, above 0.
    spread
        Log-standard deviation between communities; with 0 all exaggerate alike.
    """

    factor: float = number(1.5, POSITIVE, row=True)
    spread: float = number(0.3, AT_LEAST_0, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with exaggerated needs."""
        own = _lognormal(role(key, "exaggeration"), (1, said.needs.shape[1]), 0.0, self.spread)
        return replace(said, needs=said.needs * self.factor * own)


class Combined(Behaviour):
    """Several behaviours at once, each acting on what the one before was going to say.

    Parameters
    ----------
    behaviours
        For instance ``(IdiosyncraticBias(), NoNeedsChannel())``: lying producers and unheard communities. Some that are
        together among them count one by one.
    """

    deterministic: ClassVar = True

    behaviours: tuple[Behaviour, ...] = ()

    @property
    def each(self) -> tuple[Behaviour, ...]:
        """The behaviours one by one, in their order."""
        parts = (b.each if isinstance(b, Combined) else (b,) for b in self.behaviours)
        return tuple(behaviour for part in parts for behaviour in part)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return what is said after all have had their say."""
        for behaviour in self.each:
            said = behaviour.report(said, known, key)
        return said

    def adapt_to(self, mechanism: Any, scenario: Scenario, **world: Any) -> Behaviour:
        """Return all of them settled, each in knowledge of those before it."""
        settled: tuple[Behaviour, ...] = ()
        for behaviour in self.each:
            settled = (*settled, behaviour.adapt_to(mechanism, scenario, **world, behaviour=Combined(settled)))
        return Combined(settled)
