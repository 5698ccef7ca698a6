"""What every number of a part promises: it is swept without compiling anew, and has the derivative that it seems to.

Parts are tried in small worlds of one shape: one as it comes, one of plenty, and one with what has no limit. Scores are
worked out in JAX from what `planlab.simulate` returns, so that a derivative goes through reports, plan, world, laws and
pay alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from planlab.base.part import Part
from planlab.economy.scenario import Scenario, with_parts
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism
from planlab.simulation.setting import Setting
from planlab.testing.probes import compilations
from planlab.testing.promise import BrokenPromise, require
from planlab.testing.turning import Trial, require_roles, scores
from planlab.testing.worlds import drawn_scenario

__all__ = ["Dial", "check_dials", "static_numbers"]

STEP, REACH = 1e-5, 0.2
"""How far differences look, and how far from its usual value a dial is drawn, as parts of that value."""

CLOSE, NOISE = 1e-4, 1e-9
"""By which part a derivative may differ from differences, and what rounding makes of no difference at all."""

PINCHED = 0.3
"""Limits where they bind, over what they are as drawn."""

ASIDE = (0.0, 1.0, -1.0, 0.5, -0.5)
"""Where a score is worked out around a point, in steps."""


class Dial(NamedTuple):
    """What was found of a number.

    Parameters
    ----------
    value
        The usual one, in the mean if there are several.
    derivative
        Of each score there, in the first world.
    smooth, kinked
        At how many points every score had one slope within a step to both sides, and at how many it had not.
    moves
        The scores that it moves at all, at any of the points.
    """

    value: float
    derivative: dict[str, float]
    smooth: int
    kinked: int
    moves: tuple[str, ...]


def static_numbers(part: eqx.Module, within: str = "") -> Iterator[str]:
    """Yield the names of static fields that hold a float, in parts of the part as well."""
    for field in fields(part):
        value = getattr(part, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, eqx.Module):
                yield from static_numbers(inner, f"{within}{field.name}.")
            elif field.metadata.get("static") and isinstance(inner, float):
                yield within + field.name


def _along(trial: Trial, turned: Array, towards: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return scores and their derivatives, for every row of turned dials in its direction."""
    run = jax.vmap(lambda at, to: jax.jvp(lambda t: scores(trial.run(t)), (at,), (to,)))
    return run(turned, towards)


def _slopes(trial: Trial, turned: Array) -> Array:
    """Return the gradient, in reverse mode, of the sum of all scores."""
    return jax.grad(lambda t: jnp.asarray(sum(scores(trial.run(t)).values())))(turned)


_compiled_along, _compiled_slopes, _compiled_scores = (eqx.filter_jit(each) for each in (_along, _slopes, scores))


def _drawn(rng: np.random.Generator, dials: Any, sizes: np.ndarray) -> np.ndarray:
    """Return by how much each dial is turned, within its limit and a step beyond."""
    turned = np.zeros(len(dials))
    for k, (name, value, _) in enumerate(dials):
        for _ in range(100):
            turned[k] = sizes[k] * rng.uniform(-REACH, REACH)
            if _inside(dials[k], turned[k], sizes[k]):
                break
        else:
            raise ValueError(f"{name} is {value!r}, around which no value makes sense; give a part with another.")
    return turned


def _inside(dial: Any, turned: float, size: float) -> bool:
    _, value, limit = dial
    around = [np.asarray(value, float) + turned + by * STEP * size for by in (-1, 0, 1)]
    return limit is None or all(bool(limit.met(each).all()) for each in around)


def check_dials(
    *parts: Part,
    mechanism: str | Mechanism = "command",
    setting: Setting | None = None,
    scenarios: Sequence[Scenario] | None = None,
    periods: int = 4,
    values: int = 200,
    draws: int = 3,
) -> dict[str, Dial]:
    r"""Check that the numbers of some parts can be swept, batched and differentiated.

    None of them is static. Turned one by one, nothing is compiled after the first run. Under `jax.vmap` every score is
    what it is one by one. The derivative by `jax.jvp` is finite wherever it is looked for, and at points where the
    score has one slope to both sides (no kink within a step of 1e-5 of the dial) equals central differences to 1e-4;
    and so does the gradient by `jax.grad`, where no loop of unknown length stands in its way.

    Parameters
    ----------
    *parts
        A mechanism, behaviours, a channel, physics, a rationing rule, a reward and laws, all of them tried in one run.
    mechanism, setting
        What the parts are tried with, where they are no mechanism and no setting themselves.
    scenarios
        Worlds of one shape; ``None``: three small drawn ones.
    periods
        How many.
    values
        How many values are run one by one, spread over the dials.
    draws
        At how many drawn points of all dials derivatives are compared, besides the usual values.

    Returns
    -------
    dict
        A `Dial` by name, such as ``"Command.tautness"``. Not every dial moves every score, and some move none: look at
        ``moves``.

    Raises
    ------
    planlab.testing.BrokenPromise
        With the promise that is broken and the dial that breaks it, or for a dial of which no point without a kink was
        found.
    TypeError
        For what is no part of a run, and for two parts of which one would take the other's place.
    """
    require_roles(parts)
    for part in parts:
        for name in static_numbers(part):
            raise BrokenPromise(
                f"{name} is a static number, so that each of its values compiles anew; leave static=True out"
            )
    drawn, pinched = drawn_scenario(0), drawn_scenario(2, unlimited=True)
    worlds = [drawn, drawn_scenario(1, plenty=True), with_parts(pinched, limits=PINCHED * pinched.limits)]
    trials = [
        Trial(parts, find_mechanism(mechanism), setting or Setting(), world, periods) for world in scenarios or worlds
    ]
    dials = trials[0].dials()
    if not dials:
        return {}
    rng = np.random.Generator(np.random.Philox(0))
    sizes = np.array([float(np.abs(value).max()) or 0.1 for _, value, _ in dials])
    points = [np.zeros(len(dials)), *(_drawn(rng, dials, sizes) for _ in range(draws))]
    swept = [np.eye(len(dials))[r % len(dials)] * _drawn(rng, dials, sizes) for r in range(values)]
    try:
        alone = _swept(trials[0], dials, swept)
        found = [_found(trial, dials, sizes, points, swept, alone if trial is trials[0] else []) for trial in trials]
        for trial, each in zip(trials, found, strict=True):
            _check_reverse(trial, dials, points[-1], sizes, [sum(dial["last"].values()) for dial in each])
    except jax.errors.JAXTypeError as error:
        names, said = ", ".join(type(part).__name__ for part in parts), str(error).splitlines()[0]
        raise BrokenPromise(f"numbers of {names} cannot be traced: {said} Look at them by jnp.where only.") from error
    report = {}
    for k, (name, value, _) in enumerate(dials):
        smooth, kinked = (sum(each[k][kind] for each in found) for kind in ("smooth", "kinked"))
        require(smooth > 0, f"{name} has a kink near each of {kinked} points, so that no derivative was compared")
        slopes = found[0][k]["usual"]
        usual = {score: float(slope / sizes[k]) if abs(slope) > NOISE else 0.0 for score, slope in slopes.items()}
        moves = tuple(score for score in usual if any(score in each[k]["moves"] for each in found))
        report[name] = Dial(float(np.mean(value)), usual, smooth, kinked, moves)
    return report


def _swept(trial: Trial, dials: Any, swept: list[np.ndarray]) -> list[dict[str, Array]]:
    """Return the scores of value after value, and require that nothing is compiled after the first."""
    found: list[Any] = []
    for turned in [np.zeros(len(dials)), *swept]:
        with compilations() as compiled:
            run = trial.run(turned)
        name = dials[int(np.abs(turned).argmax())][0]
        said = f"another value of {name} took {len(compiled)} compilations; annotate it with float"
        require(not compiled or not turned.any(), said)
        found.append(cast("dict[str, Array]", _compiled_scores(run)))
    return found[1:]


def _found(trial: Trial, dials: Any, sizes: Any, points: Any, swept: Any, alone: Any) -> list[dict[str, Any]]:
    """Return what was found of every dial in one world, and require that derivatives are what they seem to be."""
    n, each = len(dials), len(ASIDE)
    around = [
        point + np.eye(n)[k] * sizes[k] * STEP * by * _inside(dials[k], point[k], sizes[k])
        for k in range(n)
        for point in points
        for by in ASIDE
    ]
    towards = [np.eye(n)[k] * sizes[k] for k in range(n) for _ in range(len(points) * each)]
    of_sweep = [np.eye(n)[int(np.abs(turned).argmax())] * sizes for turned in swept]
    turned, directions = np.array([*around, *swept]), np.array([*towards, *of_sweep])
    values, slopes = jax.tree.map(np.asarray, _compiled_along(trial, turned, directions))
    _require_numbers(dials, turned, directions, values, slopes)
    slack = max(NOISE, 10 * trial.planner.accuracy)
    for r, by_itself in enumerate(alone):
        for score, value in by_itself.items():
            batched = values[score][len(around) + r]
            said = f"under vmap {score} is {batched:.12g} and by itself {float(value):.12g}"
            require(abs(batched - float(value)) <= slack * max(1.0, abs(float(value))), said)
    found = []
    for k in range(n):
        first = k * len(points) * each
        usual, last = ({s: slopes[s][first + p * each] for s in slopes} for p in (0, len(points) - 1))
        here: dict[str, Any] = {"smooth": 0, "kinked": 0, "moves": set(), "usual": usual, "last": last}
        for p, point in enumerate(points):
            rows = slice(first + p * each, first + (p + 1) * each)
            here["moves"] |= {s for s in slopes if np.abs(slopes[s][rows]).max() > NOISE}
            if not _inside(dials[k], point[k], sizes[k]):
                continue
            kinks = [_kinked(values[s][rows], slopes[s][rows][0], s, _at(dials, point, k)) for s in slopes]
            here["kinked" if any(kinks) else "smooth"] += 1
        found.append(here)
    return found


def _require_numbers(dials: Any, turned: Any, directions: Any, values: Any, slopes: Any) -> None:
    """Require that scores and derivatives are finite."""
    for score in slopes:
        for r in np.flatnonzero(~np.isfinite(values[score]))[:1]:
            at = ", ".join(_at(dials, turned[r], k) for k in range(len(dials)))
            raise BrokenPromise(f"{score} is {values[score][r]} with {at}")
        for r in np.flatnonzero(~np.isfinite(slopes[score]))[:1]:
            at = _at(dials, turned[r], int(np.abs(directions[r]).argmax()))
            raise BrokenPromise(
                f"the derivative of {score} in {at} is {slopes[score][r]}; where a branch is not taken, let it be a "
                "number all the same"
            )


def _at(dials: Any, turned: np.ndarray, k: int) -> str:
    name, value, _ = dials[k]
    return f"{name} at {float(np.mean(value) + turned[k]):.6g}"


def _kinked(value: np.ndarray, slope: float, score: str, at: str) -> bool:
    """Return whether there is a kink within a step; if not, require that the slope is what differences say.

    Two differences to each side are extrapolated to none, so that mere curvature is no kink.
    """
    here, ahead, behind, near, nearly = value
    noise = NOISE * max(1.0, abs(here))
    right, left = (4 * near - 3 * here - ahead) / STEP, (3 * here - 4 * nearly + behind) / STEP
    if abs(right - left) > CLOSE * max(abs(right), abs(left)) + noise:
        return True
    central = (8 * (near - nearly) - (ahead - behind)) / (6 * STEP)
    said = f"the derivative of {score} in {at} is {slope:.6g} per size of the dial, and differences say {central:.6g}"
    require(abs(slope - central) <= CLOSE * max(abs(slope), abs(central)) + noise, said)
    return False


def _check_reverse(trial: Trial, dials: Any, point: np.ndarray, sizes: np.ndarray, forward: list[float]) -> None:
    """Require that the gradient in reverse mode is that of forward mode, where no loop keeps it from being found."""
    try:
        reverse = np.asarray(_compiled_slopes(trial, point)) * sizes
    except ValueError as error:
        if "Reverse-mode differentiation does not work" in str(error):
            return
        raise
    for k in range(len(dials)):
        said = (
            f"the gradient in {_at(dials, point, k)} is {reverse[k]:.9g} in reverse, {forward[k]:.9g} in forward mode"
        )
        require(abs(reverse[k] - forward[k]) <= NOISE * max(1.0, abs(forward[k])), said)
