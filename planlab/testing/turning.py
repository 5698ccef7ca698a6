"""A run whose dials are turned, and its scores, worked out in JAX from reports to pay."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from planlab.base.part import Part
from planlab.economy.law import Law
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.pay.account import Reward
from planlab.people.behaviour import Behaviour
from planlab.people.behaviours.combined import Combined
from planlab.people.channel import Channel
from planlab.scoring.needs import need_satisfaction
from planlab.simulation.setting import Setting
from planlab.simulation.simulate import simulate
from planlab.simulation.trajectory import Trajectory
from planlab.world.physics import Physics
from planlab.world.rationing import Rationing

__all__ = ["Trial", "require_roles", "scores"]


def scores(run: Trajectory) -> dict[str, Array]:
    """Return scores of a run in JAX: needs met and promised, throughput, pay, and what laws keep account of.

    Producers, communities and accounts weigh differently, so that what is only shifted between them shows.
    """
    s, o = run.scenario, run.outcome
    opening = s.economy.factors @ s.activity
    used = (opening > 0)[None, :]
    use = jnp.where(used, o.factor_use / jnp.where(used, opening[None, :], 1.0), 0.0)
    kept = jax.tree.leaves([run.path.get(name, {}) for name in ("nature", "accounts")])

    def met(delivery: Array) -> Array:
        return need_satisfaction(delivery, run.needs, s.urgency, s.population, xp=jnp).mean()

    return {
        "need_satisfaction": met(o.delivery),
        "planned_need_satisfaction": met(run.plan.delivery),
        "throughput": use.mean(),
        "pay": _uneven(run.pay.producers),
        "community_pay": _uneven(run.pay.communities),
        "accounts": jnp.asarray(
            sum(i * _uneven(leaf.reshape(run.periods, -1)) for i, leaf in enumerate(kept, 1)), float
        ),
    }


def _uneven(rows: Float[Array, "periods entries"]) -> Array:
    weights = jnp.arange(1.0, rows.shape[1] + 1)
    return (rows @ (weights / weights.sum())).mean()


class Trial(eqx.Module):
    """Parts, and the run that they are tried in."""

    parts: tuple[Part, ...]
    mechanism: Mechanism
    setting: Setting
    scenario: Scenario
    periods: int = eqx.field(static=True)

    def run(self, turned: Any) -> Trajectory:
        """Return the run in which every dial is turned by so much."""
        leaves, tree = jax.tree.flatten(self.parts)
        for by, i in enumerate(_numbers(leaves)):
            new = leaves[i] + turned[by]
            leaves[i] = float(new) if type(leaves[i]) is float and isinstance(new, float) else new
        mechanism, setting, scenario = self.mechanism, self.setting, self.scenario
        people, rule = list[Behaviour](), None
        for part in jax.tree.unflatten(tree, leaves):
            if isinstance(part, Mechanism):
                mechanism = part
            elif isinstance(part, Behaviour):
                people.append(part)
            elif isinstance(part, Rationing):
                rule = part
            elif isinstance(part, Law):
                scenario = scenario.with_laws(part)
            else:
                setting = replace(setting, **{role_of(part): part})
        if rule is not None:
            setting = replace(setting, physics=replace(setting.physics, rule=rule))
        if people:
            setting = replace(setting, behaviour=people[0] if len(people) == 1 else Combined(tuple(people)))
        return simulate(mechanism, scenario, self.periods, setting=setting)

    @property
    def planner(self) -> Mechanism:
        """The mechanism that is run: one of the parts, or the given one."""
        return next((part for part in self.parts if isinstance(part, Mechanism)), self.mechanism)

    def dials(self) -> list[tuple[str, Any, Any]]:
        """Return each dial's name, usual value, and within which limit it makes sense."""
        found, _ = jax.tree_util.tree_flatten_with_path(self.parts)
        return [_named(self.parts, *found[i]) for i in _numbers([leaf for _, leaf in found])]


def require_roles(parts: Sequence[Part]) -> None:
    """Raise for what is no part of a run, and for two parts of which one would take the other's place."""
    taken: dict[Any, Part] = {}
    for part in parts:
        place = type(part) if isinstance(part, Behaviour | Law) else role_of(part)
        if place in taken:
            raise TypeError(f"{part!r} would take the place of {taken[place]!r}; try them one after the other.")
        taken[place] = part


def role_of(part: Part) -> str:
    """Return what a part is in a run, where there is one of a kind."""
    kinds = {"mechanism": Mechanism, "rule": Rationing, "channel": Channel, "physics": Physics, "reward": Reward}
    for name, kind in kinds.items():
        if isinstance(part, kind):
            return name
    raise TypeError(
        f"{part!r} is no part of a run; give mechanisms, behaviours, channels, physics, rewards or laws, such as "
        "pl.Command()."
    )


def _turns(leaf: Any) -> bool:
    return isinstance(leaf, float) or jnp.issubdtype(getattr(leaf, "dtype", bool), jnp.floating)


def _numbers(leaves: Sequence[Any]) -> list[int]:
    return [i for i, leaf in enumerate(leaves) if _turns(leaf)]


def _named(parts: Any, path: Any, value: Any) -> tuple[str, Any, Any]:
    """Return the name of a number by its way through the parts, itself, and the limit of the field it is in."""
    name, at, limit = type(parts[path[0].idx]).__name__, parts[path[0].idx], None
    for key in path[1:]:
        name += str(key)
        if isinstance(key, jax.tree_util.GetAttrKey):
            limit = next(field for field in fields(at) if field.name == key.name).metadata.get("limit", limit)
            at = getattr(at, key.name)
        else:
            at = at[key.idx if isinstance(key, jax.tree_util.SequenceKey) else key.key]
    return name, value, limit
