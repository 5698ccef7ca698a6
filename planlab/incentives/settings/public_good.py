"""Planning a public good by stated willingness to pay: the MDP process and its strategy-proof form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

__all__ = ["FujigakiSatoProcess", "MDPProcess", "PublicGood", "Trajectory", "follow", "worth"]


@dataclass(frozen=True)
class PublicGood:
    r"""One public good :math:`x`, and agents with :math:`u_i = a_i \ln (1 + x) + y_i` who pay for it in money.

    Parameters
    ----------
    weights
        :math:`a_i > 0`, one per agent; at least two agents.
    cost
        :math:`\gamma > 0`, money per unit of the good.

    Examples
    --------
    >>> PublicGood().optimum
    2.0
    """

    weights: tuple[float, ...] = (1.0, 2.0, 3.0)
    cost: float = 2.0

    def willingness(self, level: Any) -> Float[np.ndarray, "... agents"]:
        r"""Return what each would truly pay for one unit more, :math:`\pi_i = a_i / (1 + x)`."""
        return np.asarray(self.weights) / (1 + np.asarray(level, float)[..., None])

    def utilities(self, level: Any, money: Any) -> Float[np.ndarray, "... agents"]:
        """Return :math:`u_i` at a level of the good and the agents' money."""
        return np.asarray(self.weights) * np.log1p(np.asarray(level, float)[..., None]) + np.asarray(money, float)

    @property
    def optimum(self) -> float:
        r"""The level at which willingness adds up to cost, :math:`x^* = (\sum_i a_i / \gamma - 1)_+`."""
        return max(0.0, sum(self.weights) / self.cost - 1)


@dataclass(frozen=True)
class MDPProcess:
    r"""The process of Malinvaud, Drèze & de la Vallée Poussin (1971 :cite:`dreze:71`).

    With announced willingness :math:`\rho_i` and the surplus :math:`z = \sum_i \rho_i - \gamma`,

    .. math:: \dot x = z, \qquad \dot y_i = -\rho_i \dot x + \delta_i \dot x^2, \qquad
              \delta_i > 0, \ \sum_i \delta_i = 1,

    and :math:`z_+` in place of :math:`z` at :math:`x = 0`. Transfers pay exactly for the good,
    :math:`\sum_i \dot y_i = -\gamma \dot x`. Agent :math:`i` gains

    .. math:: \dot u_i = (\pi_i - \rho_i) z + \delta_i z^2.

    - Under truth that is :math:`\delta_i z^2 \ge 0`: nobody ever loses.
    - The least over all :math:`z`, that is over what others may say, is :math:`-(\pi_i - \rho_i)^2 / 4 \delta_i`:
      truth is the one maximin announcement.
    - As :math:`\partial \dot u_i / \partial \rho_i = \pi_i - \rho_i - (1 - 2 \delta_i) z`, truth is dominant if and
      only if :math:`\delta_i = 1/2`, for everybody only if :math:`n = 2`.
    - The announcements that are best replies to each other are :math:`\rho_i = \pi_i - (1 - 2 \delta_i) z` with
      :math:`z = (\sum_i \pi_i - \gamma)/(n - 1)`: the way is the same, :math:`n - 1` times slower, and everybody
      still gains, :math:`\dot u_i = (1 - \delta_i) z^2` (Roberts 1979 :cite:`roberts:79`).

    Parameters
    ----------
    shares
        :math:`\delta_i`; equal if not given.

    Raises
    ------
    ValueError
        If the shares are not positive or do not add up to one.

    Examples
    --------
    >>> level, money = MDPProcess().rates([1.0, 2.0, 3.0], cost=2.0, level=0.0)
    >>> float(level), money.round(6).tolist()
    (4.0, [1.333333, -2.666667, -6.666667])
    """

    shares: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.shares is not None and (min(self.shares) <= 0 or abs(sum(self.shares) - 1) > 1e-9):
            raise ValueError(f"shares are {self.shares}; give positive numbers that add up to 1.")

    def rates(self, announced: Any, cost: float, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the speed of the good, shape ``(...)``, and of the agents' money, shape ``(..., agents)``."""
        rho = np.asarray(announced, float)
        z = _surplus(rho, cost, level)
        return z, -rho * z[..., None] + self._shares(rho.shape[-1]) * z[..., None] ** 2

    def best_reply(self, willingness: Any, others: Any, share: float) -> np.ndarray:
        r"""Return the announcement that gains most now where :math:`x > 0`, others' surplus being given.

        .. math:: \rho_i = \frac{\pi_i - (1 - 2 \delta_i) S_i}{2 (1 - \delta_i)}, \qquad
                  S_i = \sum_{j \ne i} \rho_j - \gamma.
        """
        return (np.asarray(willingness) - (1 - 2 * share) * np.asarray(others)) / (2 * (1 - share))

    def equilibrium(self, willingness: Any, cost: float) -> Float[np.ndarray, "... agents"]:
        """Return the announcements that are best replies to each other at this instant."""
        pi = np.asarray(willingness, float)
        z = (pi.sum(axis=-1, keepdims=True) - cost) / (pi.shape[-1] - 1)
        return pi - (1 - 2 * self._shares(pi.shape[-1])) * z

    def guaranteed(self, willingness: Any, announced: Any, share: float, cost: float) -> np.ndarray:
        r"""Return the least :math:`\dot u_i`, where :math:`x > 0`, over all announcements of others from 0 up.

        Then :math:`z \ge \rho_i - \gamma`, and the least lies at
        :math:`z = \max((\rho_i - \pi_i) / 2 \delta_i, \rho_i - \gamma)`. Truth guarantees most if
        :math:`\pi_i \le \gamma`. An agent who would pay for the good alone, :math:`\pi_i > \gamma`, can count on
        others not to stop it, and guarantees itself more by a lie unless :math:`\delta_i = 1/2`.
        """
        pi, rho = np.asarray(willingness, float), np.asarray(announced, float)
        z = np.maximum((rho - pi) / (2 * share), rho - cost)
        return (pi - rho) * z + share * z**2

    def _shares(self, agents: int) -> np.ndarray:
        return np.full(agents, 1 / agents) if self.shares is None else np.asarray(self.shares)


@dataclass(frozen=True)
class FujigakiSatoProcess:
    r"""The generalised MDP process, in which truth is dominant for any number of agents (1981 :cite:`fujigaki:81`).

    With :math:`z = \sum_i \rho_i - \gamma`, and :math:`z_+` in its place at :math:`x = 0`,

    .. math:: \dot x = z |z|^{n - 2}, \qquad \dot y_i = -\rho_i \dot x + \frac1n z \dot x.

    Transfers pay exactly for the good. Agent :math:`i` gains
    :math:`\dot u_i = (\pi_i - \rho_i) z |z|^{n-2} + |z|^n / n`, so that

    .. math:: \frac{\partial \dot u_i}{\partial \rho_i}
              = -z |z|^{n-2} + (\pi_i - \rho_i)(n - 1)|z|^{n-2} + z |z|^{n-2}
              = (n - 1)(\pi_i - \rho_i)|z|^{n-2}:

    whatever the others say, the gain rises up to the truth and falls beyond it. Where :math:`x = 0` an announcement
    can only choose between that and standing still, and truth still chooses best. With :math:`n = 2` this is
    `MDPProcess`; with more it slows down towards the optimum, to a distance of order :math:`t^{-1/(n-2)}`.

    Examples
    --------
    >>> level, money = FujigakiSatoProcess().rates([1.0, 2.0, 3.0], cost=2.0, level=0.0)
    >>> float(level), money.round(6).tolist()
    (16.0, [5.333333, -10.666667, -26.666667])
    """

    def rates(self, announced: Any, cost: float, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the speed of the good, shape ``(...)``, and of the agents' money, shape ``(..., agents)``."""
        rho = np.asarray(announced, float)
        n, z = rho.shape[-1], _surplus(rho, cost, level)
        speed = z * np.abs(z) ** (n - 2)
        return speed, (z[..., None] / n - rho) * speed[..., None]


Process = MDPProcess | FujigakiSatoProcess


def _surplus(announced: np.ndarray, cost: float, level: float) -> np.ndarray:
    z = np.asarray(announced.sum(axis=-1) - cost)
    return np.maximum(z, 0.0) if level <= 0 else z


def worth(good: PublicGood, process: Process, announced: Any, level: float) -> Float[np.ndarray, "... agents"]:
    r"""Return how fast each agent's true utility rises, :math:`\dot u_i = \pi_i \dot x + \dot y_i`.

    Examples
    --------
    >>> good = PublicGood()
    >>> worth(good, MDPProcess(), good.willingness(0.0), level=0.0).round(6).tolist()
    [5.333333, 5.333333, 5.333333]
    """
    speed, money = process.rates(announced, good.cost, level)
    return good.willingness(level) * speed[..., None] + money


@dataclass(frozen=True)
class Trajectory:
    """How a process went.

    Parameters
    ----------
    time, level
        Instants, and the good provided at each.
    money, utilities
        What each agent has received and is worth, ``(instants, agents)``.
    """

    time: np.ndarray
    level: np.ndarray
    money: np.ndarray
    utilities: np.ndarray


def follow(
    good: PublicGood,
    process: Process,
    duration: float,
    start: float = 0.0,
    announce: Callable[[float], Any] | None = None,
) -> Trajectory:
    """Return the course of a process from level `start` and no money; it ends early where the good is given up.

    Parameters
    ----------
    duration
        How long it runs.
    announce
        What agents announce at a level of the good; their true willingness if not given.

    Examples
    --------
    >>> round(float(follow(PublicGood(), MDPProcess(), duration=30.0).level[-1]), 4)
    2.0
    """
    said = good.willingness if announce is None else announce
    above = float(np.finfo(float).tiny)

    def speed(_: float, state: np.ndarray) -> np.ndarray:
        x = max(above, state[0])
        return np.append(*process.rates(said(x), good.cost, x))

    def gone(_: float, state: np.ndarray) -> float:
        return state[0]

    gone.terminal, gone.direction = True, -1.0  # type: ignore[attr-defined]  # how SciPy is told of events
    begin = np.append(start, np.zeros(len(good.weights)))
    if start <= 0 and speed(0.0, begin)[0] <= 0:
        time, states = np.array([0.0, duration]), np.array([begin, begin])
    else:
        solved = solve_ivp(speed, (0.0, duration), begin, method="LSODA", rtol=1e-8, atol=1e-10, events=gone)
        time, states = solved.t, solved.y.T
    x, y = np.maximum(states[:, 0], 0.0), states[:, 1:]
    return Trajectory(time, x, y, good.utilities(x, y))
