"""What is raised where the contract is not kept."""

import numpy as np

__all__ = ["BrokenPromise", "require"]


class BrokenPromise(AssertionError):
    """A mechanism or another part, or the world it was tried in, does not keep the contract."""


def require(kept: bool | np.bool_, said: str) -> None:
    """Raise with what is to be said unless a promise is kept."""
    if not kept:
        raise BrokenPromise(said)
