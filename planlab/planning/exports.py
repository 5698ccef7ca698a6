"""A plan as labelled tables, with units: pandas, xarray, and a page's worth for notebooks."""

from html import escape
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from planlab.economy.description import html_table
from planlab.economy.exports import named_coordinates, table, units_of, xarray_module
from planlab.economy.labels import singular

if TYPE_CHECKING:
    import xarray

    from planlab.planning.plan import Plan

__all__ = ["plan_dataset", "plan_frames", "plan_html", "plan_text"]

AXES = {
    "activity": ("processes",),
    "delivery": ("products", "communities"),
    "investment": ("processes",),
    "prices": ("products",),
    "rents": ("factors",),
    "capacity_rents": ("processes",),
    "payments": ("communities",),
}
"""What lies along each array of a plan."""


def _held(plan: "Plan") -> dict[str, np.ndarray]:
    """Return the arrays that a plan holds."""
    if np.ndim(plan.activity) != 1:
        periods = np.shape(plan.activity)[0]
        raise ValueError(
            f"These are the plans of {periods} periods; ask the trajectory they belong to (Trajectory.to_xarray), or "
            "take the plan of one period."
        )
    return {name: np.asarray(getattr(plan, name)) for name in AXES if getattr(plan, name) is not None}


def _facts(plan: "Plan") -> dict[str, Any]:
    """Return what is said of a plan as a whole."""
    facts: dict[str, Any] = {"status": str(plan.status), "how": str(plan.how), "rounds": int(plan.rounds)}
    facts["messages"] = float(plan.messages)
    if plan.certificate is not None:
        facts |= {name: float(getattr(plan.certificate, name)) for name in ("objective", "bound")}
        facts["error"] = plan.certificate.error
    return facts


def plan_frames(plan: "Plan") -> dict[str, Any]:
    """Return labelled tables by name, as `Plan.to_pandas`."""
    return {name: table(name, value, plan.labels, AXES[name]) for name, value in _held(plan).items()}


def plan_dataset(plan: "Plan") -> "xarray.Dataset":
    """Return a labelled dataset with units, as `Plan.to_xarray`."""
    held = _held(plan)
    sizes = {axis: size for name, x in held.items() for axis, size in zip(AXES[name], x.shape, strict=True)}
    coords = named_coordinates(plan.labels, sizes)
    data = {
        name: (tuple(map(singular, AXES[name])), value, {"units": units_of(name, plan.labels)})
        for name, value in held.items()
    }
    return xarray_module().Dataset(data, coords, _facts(plan))


def plan_text(plan: "Plan") -> str:
    """Return a plan in a few lines."""
    size = " x ".join(f"{count:,} {axis}" for count, axis in zip(plan.delivery.shape, AXES["delivery"], strict=True))
    lines = [f"{plan.activity.shape[0]:,} processes; {size}"]
    if not isinstance(plan.activity, jax.core.Tracer):
        facts = _facts(plan)
        lines.append(
            f"{facts['status']} ({facts['how']}), {facts['rounds']:,} rounds, {facts['messages']:,.0f} messages"
        )
        if "error" in facts:
            found = f"objective {facts['objective']:.6g}, bound {facts['bound']:.6g}"
            lines.append(f"{found}, certificate {facts['error']:.1e}")
    return "Plan\n  " + "\n  ".join(lines)


def plan_html(plan: "Plan") -> str:
    """Return a plan as HTML for notebooks: processes, products and factors, the first of each."""
    held, labels = _held(plan), plan.labels

    def columns(axis: str, *parts: tuple[str, Any]) -> str:
        size = next(np.shape(value)[0] for _, value in parts if value is not None)
        names, units = labels.of(axis, size), labels.units(axis, size)
        return html_table(
            [singular(axis), *(title for title, _ in parts), "unit"], [names, *(x for _, x in parts), units]
        )

    tables = [
        columns(
            "processes",
            ("activity", held["activity"]),
            ("investment", held.get("investment")),
            ("rent of capacity", held.get("capacity_rents")),
        ),
        columns("products", ("delivered", held["delivery"].sum(axis=1)), ("price", held.get("prices"))),
    ]
    if "rents" in held:
        tables.append(columns("factors", ("rent", held["rents"])))
    if "payments" in held:
        tables.append(columns("communities", ("charged", held["payments"])))
    return f"<div><pre>{escape(plan_text(plan))}</pre>{''.join(tables)}</div>"
