"""What everybody gets when some lie: one mechanism, one world and one reward, tried again and again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from planlab.base.checks import ABOVE_0_TO_1, check_float, check_whole, of_kind
from planlab.economy.intact import require_scenario
from planlab.economy.kernels import cores
from planlab.economy.scenario import Scenario
from planlab.incentives.runs import Payoffs, Profile, World, in_lockstep, initial, slopes, tried
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.pay.account import Effort, Reward
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.simulation.run import MOST_PERIODS
from planlab.simulation.runner import Runner, keys_of, nameless
from planlab.simulation.setting import Setting
from planlab.world.physics import Physics

__all__ = ["LIES", "OWN_LIES", "Payoffs", "Profile", "Trial"]

OWN_LIES = ("capacity", "inputs", "results", "stores")
"""What producers can misreport."""

LIES = (*OWN_LIES, "needs")
"""What can be misreported: by communities the last."""

WIDTH = len(OWN_LIES)
"""Most that one agent can misreport."""

CHUNK = 32
"""So many lies are tried in one compiled call."""

LITTLE = 1e-4
"""Of differences through a linear programme, in logarithms."""


class Trial:
    """Runs one world again and again, somebody lying a little differently each time.

    Parameters
    ----------
    mechanism, scenario, reward, effort, behaviour, channel, physics, periods, seed, setting
        As in `planlab.regret`.
    discount
        What the next period counts for, over what this one does.
    """

    def __init__(
        self,
        mechanism: str | Mechanism,
        scenario: Scenario,
        reward: Reward | None = None,
        effort: Effort = Effort(),  # noqa: B008 - frozen
        periods: int = 1,
        discount: float = 1.0,
        behaviour: Behaviour | None = None,
        channel: Channel | None = None,
        physics: Physics | None = None,
        seed: int = 0,
        setting: Setting | None = None,
    ):
        require_scenario("scenario", scenario)
        of_kind("effort", effort, Effort)
        setting = Setting.of(setting, behaviour=behaviour, channel=channel, physics=physics, reward=reward)
        check_float("discount", discount, ABOVE_0_TO_1)
        self.mechanism, self.scenario = find_mechanism(mechanism), scenario
        setting = setting.announced_to(self.mechanism)
        self.reward = setting.paid_by(self.mechanism)
        of_kind("reward", self.reward, Reward)
        self.effort, self.discount = effort, jnp.asarray(float(discount))
        self.periods, seed = check_whole("periods", periods, 1, MOST_PERIODS), check_whole("seed", seed, 0)
        keys = keys_of(scenario.name, seed)
        self.runner = Runner(nameless(scenario), replace(setting, reward=self.reward), keys)
        m, h = scenario.economy.processes, scenario.communities
        self.truth = Profile(jnp.zeros((m, len(OWN_LIES))), jnp.zeros((h, 1)))
        # what a mechanism remembers at first may answer reports; only where a search starts does not
        same = self.mechanism.traceable and self.mechanism.remembers_a_start
        self._fresh = initial(self.mechanism, self.runner, self.periods) if same else None
        self._state = self._fresh
        self._only_starts = self.mechanism.remembers_a_start and self.periods == 1

    @property
    def heard(self) -> tuple[str, ...]:
        """What can be misreported to a planner: stores only if it looks into them."""
        setting = self.runner.setting
        looks = setting.stores and setting.physics.keeps_stores
        return tuple(lie for lie in LIES if looks or lie != "stores")

    def honest(self) -> Payoffs:
        """Return what everybody gets if nobody lies, as `warm_up`.

        Raises
        ------
        ValueError
            Where that makes no sense, so that nothing can be measured against it.
        """
        got, who = self.warm_up(self.truth), f"{name_of(self.mechanism)} with {type(self.reward).__name__}"
        if bool(got.broken):
            raise ValueError(
                f"{who}: a plan made from honest reports holds numbers that are not finite or below zero; mend the "
                "mechanism, or give the scenario what it needs, such as capacities with limits."
            )
        for kind, pay in (("producer", got.producers), ("community", got.communities)):
            if not np.isfinite(pay).all():
                agent = int(np.flatnonzero(~np.isfinite(pay))[0])
                raise ValueError(f"{who} pays honest {kind} {agent} {float(pay[agent])}; give a reward that is finite.")
        return got

    def payoffs(self, profile: Profile) -> Payoffs:
        """Return what everybody gets from nothing known: the definitive answer, which found gains are held to."""
        return self._alone(profile, self._fresh)[0]

    def near(self, profile: Profile) -> Payoffs:
        """Return what everybody gets, found from where `warm_up` ended: what trials are compared with."""
        return self._alone(profile, self._state)[0]

    def warm_up(self, profile: Profile) -> Payoffs:
        """Return the same as `payoffs`, and let later trials start where this plan was found, if that is all it is."""
        payoffs, ended = self._alone(profile, self._fresh)
        if self._only_starts:
            self._state = ended
        return payoffs

    def unilateral(
        self,
        profile: Profile,
        producers: bool,
        agents: Int[Any, "agents"],
        lies: Float[Any, "agents moves lies"],
        onward: bool = False,
    ) -> np.ndarray:
        """Return the liar's payoff when one agent at a time tells one lie after another, ``(agents, moves)``.

        Minus infinity where a payoff is not finite.

        Parameters
        ----------
        profile
            What everybody says otherwise.
        producers
            Whether the agents are producers, or communities.
        agents
            Who lies.
        lies
            Logarithms of what it says over the truth, ``(agents, moves, 4)`` or ``(agents, moves, 1)``.
        onward
            Whether the plan for a lie is looked for from where that for the same agent's lie before was found, where a
            mechanism remembers no more than such a start: faster if they are alike, while all starts being the same
            tells best whether a lie changes anything.
        """
        agents, lies = np.asarray(agents), np.asarray(lies, float)
        moves = lies.shape[1]
        walk = moves if onward and self._only_starts else 1
        who, said = np.repeat(agents, moves), lies.reshape(-1, lies.shape[2])
        got = self._liars(profile, self._state, producers, who, said, walk)[:, 0]
        return np.where(np.isfinite(got), got, -np.inf).reshape(-1, moves)

    def definitive(
        self, profile: Profile, producers: bool, agents: Int[Any, "trials"], lies: Float[Any, "trials lies"]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the liars' payoffs and needs met in the same trials, each run from nothing known."""
        own, satisfaction = self._liars(profile, self._fresh, producers, agents, lies).T
        return np.where(np.isfinite(own), own, -np.inf), satisfaction

    def slopes(
        self, profile: Profile, producers: bool, agents: Int[Any, "trials"], lies: Float[Any, "trials lies"]
    ) -> np.ndarray:
        """Return how the liar's payoff answers a little more of each lie, ``(trials, lies)``; 0 where it has no slope.

        Through a traceable mechanism, forward derivatives of the whole run. Elsewhere central differences so small that
        a linear programme mostly keeps its active set, within which plans and prices are smooth in what was said: that
        is the derivative through the active set.

        Parameters
        ----------
        profile, producers, agents, lies
            As in `unilateral`.
        """
        agents, lies = np.asarray(agents), np.asarray(lies, float)
        width = lies.shape[1]
        if self.mechanism.traceable:

            def slope(agents: np.ndarray, lies: np.ndarray, _: np.ndarray, count: int) -> np.ndarray:
                world = self._world(profile, self._state, producers)
                return np.asarray(slopes(world, jnp.asarray(agents), jnp.asarray(lies), jnp.asarray(count)))

            found = self._in_chunks(slope, agents, lies)[:, :width]
        else:
            nudge = LITTLE * np.concatenate([np.eye(width), -np.eye(width)])
            tried = lies[:, None, :] + nudge[None]
            up, down = np.split(self.unilateral(profile, producers, agents, tried), 2, axis=1)
            known = np.isfinite(up) & np.isfinite(down)
            found = np.where(known, np.where(known, up, 0.0) - np.where(known, down, 0.0), 0.0) / (2 * LITTLE)
        return np.where(np.isfinite(found), found, 0.0)

    def _world(self, profile: Profile, state: Any, producers: bool) -> World:
        horizon = self.effort, self.discount, self.periods
        return World(self.mechanism, self.runner, *horizon, profile, state, jnp.asarray(producers))

    def _some(
        self, profile: Profile, state: Any, producers: bool, agents: Any, lies: Any, onward: Any, count: int
    ) -> tuple[Payoffs, Any]:
        """Return what everybody gets in the first `count` of some trials, and what is remembered after the last."""
        world = self._world(profile, state, producers), jnp.asarray(agents), jnp.asarray(lies)
        if not self.mechanism.traceable:
            return in_lockstep(*world, count)
        return tried(*world, jnp.asarray(onward), jnp.asarray(count))

    def _liars(
        self, profile: Profile, state: Any, producers: bool, agents: Any, lies: Any, walk: int = 1
    ) -> np.ndarray:
        """Return each liar's payoff and needs met, ``(trials, 2)``."""

        def got(agents: np.ndarray, lies: np.ndarray, onward: np.ndarray, count: int) -> np.ndarray:
            payoffs, _ = self._some(profile, state, producers, agents, lies, onward, count)
            own = np.asarray(payoffs.of(producers))[np.arange(agents.size), agents]
            return np.stack([own, np.asarray(payoffs.satisfaction)], axis=1)

        return self._in_chunks(got, agents, lies, walk)

    def _alone(self, profile: Profile, state: Any) -> tuple[Payoffs, Any]:
        """Return what everybody gets if all say what the profile has them say, and what is remembered."""
        agents, lies = np.zeros(CHUNK, np.int32), np.zeros((CHUNK, WIDTH))
        lies[:] = np.asarray(profile.producers)[0]
        payoffs, ended = self._some(profile, state, True, agents, lies, np.zeros(CHUNK, bool), 1)
        return jax.tree.map(lambda part: part[0], payoffs), ended

    def _in_chunks(self, work: Callable[..., np.ndarray], agents: Any, lies: Any, walk: int = 1) -> np.ndarray:
        """Return what `work` gives for all trials, `CHUNK` at a time, and at once what lets go of the GIL.

        Every `walk` trials start one from the other; a walk longer than a chunk starts again with each.
        """
        agents, said = np.asarray(agents, np.int32), np.zeros((np.size(agents), WIDTH))
        said[:, : np.shape(lies)[1]] = lies
        size = max(CHUNK // walk, 1) * min(walk, CHUNK)
        starts = range(0, agents.size, size)

        def some(start: int) -> np.ndarray:
            trials = np.arange(start, start + CHUNK)
            rows, onward = trials % agents.size, (trials % walk > 0) & (trials > start)
            count = min(size, agents.size - start)
            return work(agents[rows], said[rows], onward, count)[:count]

        first = some(0)
        with ThreadPoolExecutor(cores() if self.mechanism.traceable else 1) as pool:
            return np.concatenate([first, *pool.map(some, starts[1:])])
