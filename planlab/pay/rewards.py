r"""Why people say what they say: bonus schemes, each with its formula and source.

A reward is reckoned from an `Account` of the period; :math:`y` and :math:`\hat y` are achieved and planned output over
a process's norm, as `planlab.pay.account` has it.
"""

from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.checks import AT_LEAST_0, BELOW_1, FINITE, SHARE, of_kind
from planlab.base.part import number
from planlab.pay.account import Account, Pay, Reward
from planlab.people.reports import Statistics

__all__ = [
    "Audited",
    "Clarke",
    "EffortRating",
    "Flat",
    "Groves",
    "LoebMagat",
    "Profit",
    "StepBonus",
    "TargetBonus",
    "Weitzman",
]


def _producers(account: Account, pay: Float[Array, "processes"]) -> Pay:
    return Pay(pay, jnp.zeros_like(account.satisfaction))


class Flat(Reward):
    """Everybody gets the same income, whatever happens.

    Parameters
    ----------
    income
        Per period.
    """

    income: float = number(1.0, FINITE)
    promises: ClassVar = {
        "any": ("truthful producers", "individually rational"),
        "linear_program": ("manipulable by communities",),
        "command": ("manipulable by communities",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the same for all."""
        return reward_state, _producers(account, jnp.full_like(account.reference_output, self.income))


class StepBonus(Reward):
    r"""A bonus for meeting the plan, and a little for exceeding it.

    .. math:: B = b_0\,[y \ge (1 - \epsilon)\, \hat y] + b_1 (y - \hat y)_+

    Parameters
    ----------
    met
        :math:`b_0`.
    beyond
        :math:`b_1`, per norm.
    leeway
        :math:`\epsilon`, the shortfall that is overlooked.

    Notes
    -----
    Nobody makes more than was planned in planlab's physics, so that the second term is paid for nothing but rounding.
    """

    met: float = number(1.0, FINITE)
    beyond: float = number(0.1, FINITE)
    leeway: float = number(0.01, BELOW_1)
    references: ClassVar = ("weitzman:76",)
    promises: ClassVar = {"any": ("individually rational",), "linear_program": ("manipulable by producers",)}

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the bonus."""
        y, planned = account.y, account.planned
        met = jnp.where((y >= (1 - self.leeway) * planned) & (planned > 0), self.met, 0.0)
        return reward_state, _producers(account, met + self.beyond * jnp.maximum(y - planned, 0.0))


class TargetBonus(Reward):
    r"""A bonus on output beyond a quota that follows achievement: the ratchet (Weitzman 1980 :cite:`weitzman:80`).

    .. math:: B_t = b\,(y_t - q_t), \qquad q_{t+1} = q_t + \lambda\,(y_t - q_t)

    Parameters
    ----------
    rate
        :math:`b`, per norm.
    ratchet
        :math:`\lambda`, from 0 (quotas stay) to 1.
    """

    rate: float = number(1.0, FINITE)
    ratchet: float = number(0.5, SHARE)
    references: ClassVar = ("weitzman:80",)
    promises: ClassVar = {
        "command": ("manipulable by producers",),
        "linear_program": ("manipulable by producers",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return next period's quotas and the bonus."""
        over = account.y - reward_state
        return reward_state + self.ratchet * over, _producers(account, self.rate * over)


class Weitzman(Reward):
    r"""The New Soviet Incentive Model (Weitzman 1976 :cite:`weitzman:76`).

    .. math:: B = \bar B + \beta(\hat y - \bar y) + \begin{cases} \alpha (y - \hat y) & y \ge \hat y \\
              -\gamma (\hat y - y) & y < \hat y \end{cases}, \qquad 0 < \alpha < \beta < \gamma

    Without allocation truth is the best announcement under certainty, and the quantile
    :math:`F(\hat y) = (\beta - \alpha)/(\gamma - \alpha)` under uncertainty. Here the plan :math:`\hat y` answers what
    was announced, and with it go inputs: the guarantee no longer holds (Loeb & Magat 1978 :cite:`loeb:78`).

    Parameters
    ----------
    alpha, beta, gamma
        Per norm. Another order than :math:`0 < \alpha < \beta < \gamma` is let through, so that broken schemes can be
        studied.
    base
        :math:`\bar B`.
    """

    alpha: float = number(0.5, FINITE)
    beta: float = number(1.0, FINITE)
    gamma: float = number(1.5, FINITE)
    base: float = number(1.0, FINITE)
    references: ClassVar = ("weitzman:76", "loeb:78")
    promises: ClassVar = {
        "command": ("manipulable by producers",),
        "linear_program": ("manipulable by producers",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        r"""Return the bonus; :math:`\bar y` is what was achieved before the scenario opened."""
        y, planned = account.y, account.planned
        off = self.alpha * jnp.maximum(y - planned, 0.0) - self.gamma * jnp.maximum(planned - y, 0.0)
        return reward_state, _producers(account, self.base + self.beta * (planned - reward_state) + off)


class Groves(Reward):
    r"""Everybody is paid what the plan is worth to all others (Groves 1973 :cite:`groves:73`).

    A community gets what the others *say* that they get out of the plan, so that with what it gets itself it wants
    what a planner wants who maximises the sum,

    .. math:: t_h = \sum_{g \ne h} \hat v_g(y_g).

    A producer has no use for the goods and gets mean need satisfaction as it came about, :math:`B = \sum_g v_g`: all
    producers are one team. Clarke's version takes off what others would have without :math:`h`, which changes nobody's
    incentives; see `planlab.VCG`. What a plan charges is given back, so that nobody is charged twice.

    Parameters
    ----------
    share
        Producers' pay per unit of mean need satisfaction.

    Notes
    -----
    Promises hold where nothing wears out. Elsewhere the planner's sum counts replacement as well, for which the team is
    not paid, and producers gain a little by admitting to less capacity than has to be replaced.
    """

    share: float = number(1.0, FINITE)
    references: ClassVar = ("groves:73", "clarke:71")
    promises: ClassVar = {
        "any": ("individually rational",),
        "linear_program": ("truthful producers", "truthful communities"),
        "vcg": ("truthful communities",),
        "command": ("manipulable by communities",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the team's result to producers, the others' to each community."""
        stated = account.reported_value(account.promised)
        team = jnp.full_like(account.reference_output, self.share * account.satisfaction.sum())
        return reward_state, Pay(team, stated.sum() - stated + account.payments)


class Clarke(Reward):
    r"""Communities pay what the plan charges them and nothing else: the harm they do, if `planlab.VCG` made it.

    Clarke's pivotal version of `Groves` (1971 :cite:`clarke:71`): what others would have without :math:`h`, less what
    they say they have with it. Charges belong to the plan and are taken off whatever reward is paid; producers earn
    mean need satisfaction, as in `Groves`.

    Parameters
    ----------
    share
        Producers' pay per unit of mean need satisfaction.
    """

    share: float = number(1.0, FINITE)
    references: ClassVar = ("clarke:71",)
    promises: ClassVar = {
        "vcg": (
            "truthful communities",
            "individually rational",
            "no deficit from communities",
        ),
        "linear_program": ("manipulable by communities",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the team's result to producers."""
        return reward_state, _producers(
            account, jnp.full_like(account.reference_output, self.share * account.satisfaction.sum())
        )


class LoebMagat(Reward):
    r"""Own result as realised, all others' as planned (Loeb & Magat 1978 :cite:`loeb:78`).

    The plan's stated worth :math:`\hat W`, less the producer's own shortfall at the plan's prices,

    .. math:: B_j = \hat W - (M^\top p)_j\,(t_j - x_j)_+ .

    Parameters
    ----------
    share
        Per unit of mean need satisfaction.

    Notes
    -----
    A mechanism without prices charges nothing for shortfalls. In one firm's own output, where Loeb and Magat have it,
    truth is dominant (`planlab.incentives.settings.divisions`). In a network it is not: who needs more inputs than it
    said meets its own target and leaves others short.
    """

    share: float = number(1.0, FINITE)
    references: ClassVar = ("loeb:78",)
    promises: ClassVar = {"linear_program": ("manipulable by producers",)}

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the bonus."""
        W = account.reported_value(account.promised).sum()
        lost = (account.economy.outputs.T @ account.prices) * jnp.maximum(account.target - account.achieved, 0.0)
        return reward_state, _producers(account, self.share * (W - lost))


class Profit(Reward):
    r"""Profit at the plan's announced prices and rents, by the true recipe.

    .. math:: B_j = (M^\top p - A^\top p - F^\top v)_j\, x_j

    Parameters
    ----------
    share
        Per unit of mean need satisfaction, in which prices are expressed.

    Notes
    -----
    A mechanism without prices pays nothing.
    """

    share: float = number(1.0, FINITE)
    promises: ClassVar = {"linear_program": ("manipulable by producers",)}

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return profits."""
        e, p, v = account.economy, account.prices, account.rents
        margin = e.outputs.T @ p - e.inputs.T @ p - v @ e.factors
        return reward_state, _producers(account, self.share * margin * account.achieved)


class EffortRating(Reward):
    r"""Income by effort as workmates see it, detached from output (Albert & Hahnel 1991 :cite:`albert:91`).

    .. math:: B_j = b\, x_j / \min(t_j, c_j)

    Effort is what was achieved over what could have been, given what was asked and what truly was possible.

    Parameters
    ----------
    income
        :math:`b`, for all that could be done.

    Notes
    -----
    Stylised: workmates see capacity as it is, and whatever kept output down, missing inputs included, counts as
    lack of effort.
    """

    income: float = number(1.0, FINITE)
    references: ClassVar = ("albert:91",)
    promises: ClassVar = {
        "any": ("individually rational",),
        "command": ("truthful producers",),
        "linear_program": ("truthful producers",),
    }

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return incomes."""
        possible = jnp.minimum(account.target, account.capacity)
        effort = jnp.where(possible > 0, account.achieved / jnp.where(possible > 0, possible, 1.0), 1.0)
        return reward_state, _producers(account, self.income * effort)


class Audited(Reward):
    r"""Another reward, less the expected penalty of a false announcement of capacity.

    .. math:: B' = B - q P\,[\,|\hat c / c - 1| > \epsilon\,]

    with c what was known of capacity when it was announced: nobody is fined for a drought.

    Parameters
    ----------
    reward
        What is paid otherwise.
    probability, penalty
        :math:`q` of an inspection, and :math:`P`; a lie pays only if it gains more than :math:`q P`.
    leeway
        :math:`\epsilon`, what an inspection overlooks.
    """

    reward: Reward = StepBonus()
    probability: float = number(0.1, SHARE)
    penalty: float = number(10.0, AT_LEAST_0)
    leeway: float = number(0.02, AT_LEAST_0)

    def __check_init__(self) -> None:
        """Raise for what is no reward and for numbers that make no sense."""
        of_kind("reward", self.reward, Reward)

    def start(self, reference_output: Float[Array, "processes"], last: Statistics) -> Any:
        """Return what the other reward remembers."""
        return self.reward.start(reference_output, last)

    def pay(self, reward_state: Any, account: Account) -> tuple[Any, Pay]:
        """Return the other's pay less expected penalties."""
        reward_state, pay = self.reward.pay(reward_state, account)
        off = jnp.abs(account.overstatement - 1)
        caught = jnp.where(off > self.leeway, self.probability * self.penalty, 0.0)
        return reward_state, replace(pay, producers=pay.producers - caught)
