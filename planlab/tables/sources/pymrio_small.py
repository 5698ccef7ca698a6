"""A small multi-regional system that pymrio brings along."""

from dataclasses import replace

from planlab.tables.pymrio_systems import from_pymrio_system
from planlab.tables.registry import table
from planlab.tables.table import Table


@table("pymrio-test")
def pymrio_test() -> Table:
    """Return the small system of six regions that pymrio is tested with."""
    try:
        import pymrio
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "This table comes with pymrio; install it with pip install 'planlab[data]'."
        ) from error
    return replace(from_pymrio_system(pymrio.load_test(), "pymrio-test"), source="pymrio.load_test()")
