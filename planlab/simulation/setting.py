"""How people act, and how the world treats them: everything about a run but the mechanism, the scenario and chance."""

from dataclasses import replace
from typing import Any

import equinox as eqx

from planlab.base.checks import of_kind
from planlab.base.part import Part, whole
from planlab.base.registry import registry_of
from planlab.mechanisms.mechanism import Mechanism
from planlab.pay.account import Reward
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.truthful import Truthful
from planlab.people.channel import Channel
from planlab.people.channels.direct import Direct
from planlab.world.physics import Physics

__all__ = ["Setting"]


class Setting(Part):
    """How people act, and how the world treats them.

    The dials can be given one by one wherever a setting can: ``pl.simulate("command", scenario,
    behaviour=pl.Understate(0.8))`` is ``pl.simulate("command", scenario, setting=pl.Setting(pl.Understate(0.8)))``.

    Parameters
    ----------
    behaviour
        How people report.
    channel
        How reports travel.
    physics
        What becomes of a plan.
    reward
        What people are paid; ``None``: the mechanism's own reward.
    replans
        How often the mechanism plans in a period: a part of the sub-periods of the physics, such as 1, 2, 4 or 12 of
        twelve months. It sees needs, limits and capacity of that interval; scores and pay are a period's.
    stores
        Whether planners look into the stores: the users' stores are planned for like one more community
        (`planlab.people.stores`), where the physics has stores. If not, a plan balances flows only, and stores that are
        once empty stay so.
    horizon
        How many periods ahead needs, limits and technology are announced (`planlab.Forecast`); to a mechanism that
        looks further ahead, as far as it looks.
    months
        Whether a trajectory keeps the monthly record of every period. A mechanism sees the last one in any case.

    Raises
    ------
    TypeError, ValueError
        For parts of another kind, and intervals that are not whole sub-periods.
    """

    behaviour: Behaviour = Truthful()
    channel: Channel = Direct()
    physics: Physics = Physics()
    reward: Reward | None = None
    replans: int = whole(1, 1)
    horizon: int = whole(0, 0)
    stores: bool = eqx.field(static=True, default=True)
    months: bool = eqx.field(static=True, default=True)

    def __check_init__(self) -> None:
        """Raise for parts of another kind."""
        of_kind("behaviour", self.behaviour, Behaviour)
        of_kind("channel", self.channel, Channel)
        of_kind("physics", self.physics, Physics)
        if self.reward is not None:
            of_kind("reward", self.reward, Reward)
        if self.physics.sub_periods % self.replans:
            raise ValueError(
                f"replans is {self.replans}, and a period has {self.physics.sub_periods} sub-periods; give a number "
                "that divides them."
            )

    def paid_by(self, mechanism: Mechanism) -> Reward:
        """Return what people are paid under a mechanism."""
        own = mechanism.reward if self.reward is None else self.reward
        found = registry_of(Reward).find(own)() if isinstance(own, str) else own
        of_kind(f"{type(mechanism).__name__}.reward", found, Reward)
        return found

    def announced_to(self, mechanism: Mechanism) -> "Setting":
        """Return the setting in which a mechanism is told as far ahead as it looks, at least."""
        ahead = mechanism.looks_ahead
        return self if ahead <= self.horizon else replace(self, horizon=ahead)

    @classmethod
    def of(cls, setting: "Setting | None", **dials: Any) -> "Setting":
        """Return a setting that was given as one, or dial by dial.

        Parameters
        ----------
        setting
            ``None``: the dials count.
        **dials
            Fields of `Setting`; ``None``: as usual.

        Raises
        ------
        TypeError
            For a setting and a dial beside it.
        """
        given = {name: part for name, part in dials.items() if part is not None}
        if setting is None:
            return cls(**given)
        of_kind("setting", setting, Setting)
        if given:
            name, part = next(iter(given.items()))
            raise TypeError(f"setting and {name} are both given; give {name} in it: pl.Setting({name}={part!r}).")
        return setting
