"""How firms, households and banks of a market behave: numbers, of which every growth driver is zero when off."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.checks import ABOVE_0_TO_1, ABOVE_MINUS_1, AT_LEAST_0, SHARE
from planlab.base.part import Part, number

if TYPE_CHECKING:
    from planlab.economy.economy import Economy

__all__ = ["Rules"]


class Rules(Part):
    r"""What firms, households and banks do; flows are of a period.

    Parameters
    ----------
    interest
        :math:`i`, on loans; what is paid on deposits follows from `bank_retention`. A driver: 0 turns it off.
    bank_retention
        :math:`\psi`, the part of interest that banks keep. A driver.
    accumulation
        :math:`\gamma_0`, by which part of capacity firms want to grow whatever they sell. A driver.
    indexation
        What part of labour's productivity growth goes into hourly wages: 1, wages per unit of output stay what they
        were; 0, prices fall.
    full_employment
        How strongly a policy moves autonomous demand towards the opening's employment,
        :math:`a \leftarrow a (E_0 / E)^\phi`. A driver.
    labour_managed
        1: income beyond costs goes to those who work, and firms never build more than wears out; 0: neither.
    competition
        :math:`\chi`, how strongly a product's sales move to its cheaper makers.
    markup
        :math:`\mu`, over unit costs.
    out_of_income, out_of_wealth
        :math:`\alpha_1, \alpha_2`, what households spend of last period's income and of deposits.
    accelerator
        :math:`\gamma`, what part of a gap in capacity is closed in a period.
    utilisation
        :math:`u_n`, the part of capacity that firms mean to use.
    stock_norm
        :math:`\sigma`, finished goods over a period's sales.
    stock_speed
        :math:`\theta`, what part of a gap in finished goods is closed in a period.
    backlog
        :math:`\kappa`, what part of orders that were not filled firms expect again; of services all, which are made to
        order.
    transfers
        What part of all income is collected and paid out per head.
    wage_shares, profit_shares
        Who gets wages and profits, in proportions by community, ``(communities,)``; ``None``: who could pay for what
        was consumed at the opening.
    wages
        Pay per unit of each factor, ``(factors,)``; ``None``: of labour alone, of all factors where none is of that
        kind, so much that each paid factor's opening bill is the same and all bills together are 1.
    """

    interest: float = number(0.03, AT_LEAST_0)
    bank_retention: float = number(0.0, SHARE)
    accumulation: float = number(0.0, AT_LEAST_0)
    indexation: float = number(1.0, SHARE)
    full_employment: float = number(0.0, SHARE)
    labour_managed: float = number(0.0, SHARE)
    competition: float = number(0.0, AT_LEAST_0)
    markup: float = number(0.1, ABOVE_MINUS_1)
    out_of_income: float = number(0.75, SHARE)
    out_of_wealth: float = number(0.04, SHARE)
    accelerator: float = number(0.1, SHARE)
    utilisation: float = number(0.8, ABOVE_0_TO_1)
    stock_norm: float = number(0.2, AT_LEAST_0)
    stock_speed: float = number(0.5, SHARE)
    backlog: float = number(0.0, SHARE)
    transfers: float = number(0.0, SHARE)
    wage_shares: Any = None
    profit_shares: Any = None
    wages: Any = None

    def shares(self, given: Any, opening: Float[Array, "communities"]) -> Float[Array, "communities"]:
        """Return proportions that add up to 1: those given, else the opening's."""
        part = opening if given is None else jnp.asarray(given, float)
        if part.shape != opening.shape:
            raise ValueError(
                f"shares of income have shape {part.shape}; give one for each of the {opening.size} communities."
            )
        return part / part.sum()

    def stocks(self, e: "Economy") -> Any:
        r"""Return :math:`\sigma` by product, 0 for what cannot be stored."""
        return self.stock_norm if e.stored is None else jnp.where(e.stored, self.stock_norm, 0.0)

    def within(self, intervals: int) -> Self:
        """Return the rules for flows of an interval where a period has several; what is spent of income stays."""
        drivers = ("interest", "accumulation", "full_employment", "competition")
        slower = (*drivers, "out_of_wealth", "accelerator", "stock_speed")
        by: Any = {name: getattr(self, name) / intervals for name in slower}
        return replace(self, **by, stock_norm=self.stock_norm * intervals)

    def paid(
        self, factors: Float[Array, "factors processes"], kinds: tuple[str, ...], x: Float[Array, "processes"]
    ) -> Float[Array, "factors"]:
        """Return the pay per unit of each factor at an opening activity."""
        if self.wages is not None:
            pay = jnp.asarray(self.wages, float)
            if pay.shape != factors.shape[:1]:
                raise ValueError(f"wages has shape {pay.shape}; give one for each of the {factors.shape[0]} factors.")
            return pay
        labour = [kind == "labour" for kind in kinds] if "labour" in kinds else [True] * len(kinds)
        use = jnp.where(jnp.asarray(labour, bool), factors @ x, 0.0)
        used = jnp.where(use > 0, 1.0, 0.0)
        return used / jnp.where(use > 0, use, 1.0) / jnp.maximum(used.sum(), 1.0)
