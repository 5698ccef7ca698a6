"""What a mechanism may see: everything that was reported, of which it is shown what it declares to read."""

from typing import Any, NoReturn

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from planlab.economy.economy import Economy
from planlab.economy.technology import wear
from planlab.people.replies import Communities, Producers
from planlab.people.reports import Months, Statistics

__all__ = ["Forecast", "NotSeen", "Observation", "Withheld", "worn"]


class NotSeen(AttributeError):
    """A mechanism read something it did not declare in ``sees``."""


class Withheld(eqx.Module):
    """Stands where a mechanism declared that it does not look; any use raises `NotSeen`."""

    field: str = eqx.field(static=True)

    def _refuse(self, *_: Any) -> NoReturn:
        raise NotSeen(
            f"This mechanism read {self.field!r} without declaring it. Add {self.field!r} to its `sees`, so that "
            "everybody knows what it is told."
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = __abs__ = __bool__ = __float__ = _refuse
    __getitem__ = __len__ = __iter__ = __contains__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __array__ = __jax_array__ = _refuse


class Forecast(eqx.Module):
    """What is announced of the periods after this one: rows are periods ahead, as many as the setting's horizon.

    It follows those laws that move a scenario whatever people do; what strikes unforeseen is not in it. People report
    the future as they report the present: of a need that is said to be twice what it is, twice what it will be.

    Parameters
    ----------
    needs
        ``(horizon, products, communities)``, in the units of `Observation.needs`.
    limits
        Factor limits, ``(horizon, factors)``.
    inputs
        Technical coefficients, on their non-zeros, ``(horizon, nonzeros)``.
    factors
        Factor use per unit of activity, ``(horizon, factors, processes)``.
    lasts
        How many periods each limit has to last from now on, ``(factors,)``: where it is a budget, so much a period may
        be drawn on average over so many periods, in whichever of them; 0 where there is as much again in every period.
    intervals
        How many plans a period has: rows are whole periods ahead, in units of an interval.
    """

    needs: Float[Array, "horizon products communities"]
    limits: Float[Array, "horizon factors"]
    inputs: Float[Array, "horizon nonzeros"]
    factors: Float[Array, "horizon factors processes"]
    lasts: Int[Array, "factors"]
    intervals: int = eqx.field(static=True, default=1)


class Observation(eqx.Module):
    """What one mechanism is told about a period. Everything in it was reported; nothing in it is the truth.

    A mechanism declares in ``sees`` which of these it reads; the simulator hands over no others.

    Parameters
    ----------
    economy
        Technology as reported, without names.
    capacity
        Reported capacity, ``(processes,)``.
    building
        Capacity under construction as reported, by periods until it works, ``(lead - 1, processes)``.
    needs
        Reported needs, ``(products, communities)``.
    urgency, population
        Weights of needs ``(products, communities)`` and communities ``(communities,)``.
    limits
        Factor limits, ``(factors,)``; of a budget that has to last, an equal part of what is left.
    stock
        Finished goods as reported, ``(products,)``; with `stores`, what there is beyond a buffer.
    buffer
        Finished goods held back from `stock`, ``(products,)``.
    inventory
        Inputs lying with their users as reported, on the non-zeros of the technical coefficients, ``(nonzeros,)``.
    received
        Inputs that were delivered to their users in the last period or interval, as suppliers' books have it,
        ``(nonzeros,)``.
    cover
        For how many periods (or intervals) of use producers want inputs in store.
    last
        Last period's statistics, or where there are several plans a period, those of the interval before.
    months
        The months of that period or interval, with activity as reported.
    forecast
        What is announced of the periods ahead.
    producers, communities
        To put questions to; they answer from what they know, as they reported it.
    stores
        Whether the last community is the users' stores (`planlab.people.stores.with_stores`), for which a plan's
        delivery then has a column as for any other. People's forecasts have none.
    """

    economy: Economy
    capacity: Float[Array, "processes"]
    building: Float[Array, "lead processes"]
    needs: Float[Array, "products communities"]
    urgency: Float[Array, "products communities"]
    population: Float[Array, "communities"]
    limits: Float[Array, "factors"]
    stock: Float[Array, "products"]
    buffer: Float[Array, "products"]
    inventory: Float[Array, "nonzeros"]
    received: Float[Array, "nonzeros"]
    cover: Float[Array, ""]
    last: Statistics
    months: Months
    forecast: Forecast
    producers: Producers
    communities: Communities
    stores: bool = eqx.field(static=True, default=False)

    @property
    def refill(self) -> Float[Array, "products"]:
        """What would fill the users' stores; nothing where they are not planned for."""
        return self.needs[:, -1] if self.stores else jnp.zeros(self.needs.shape[0])

    @property
    def people(self) -> int:
        """How many communities are people: all but the users' stores."""
        return self.needs.shape[1] - self.stores

    def only(self, sees: frozenset[str]) -> "Observation":
        """Return what a mechanism that declares `sees` is given; the rest is withheld."""
        fields = [name for name in self.__dataclass_fields__ if name != "stores"]
        if unknown := sorted(sees.difference(fields)):
            raise ValueError(f"sees names {', '.join(unknown)}, which is not in an Observation: {', '.join(fields)}.")
        shown: dict[str, Any] = {name: getattr(self, name) if name in sees else Withheld(name) for name in fields}
        return Observation(**shown, stores=self.stores)


def worn(seen: Any, xp: Any = jnp) -> Float[Any, "processes"]:
    """Return what wears out in a period of the capacity that was reported, or of a scenario's."""
    return wear(seen.economy, xp.asarray(seen.capacity), xp)
