from dataclasses import replace
from typing import ClassVar

import planlab as pl
from planlab.base.checks import SHARE
from planlab.base.part import number


class Erosion(pl.Law):
    r"""Soil is lost: every period a share of all limits on land is gone, :math:`r \leftarrow (1 - e) r`.

    Parameters
    ----------
    share
        :math:`e`.
    """

    moves: ClassVar = frozenset({"limits"})
    deterministic: ClassVar = True

    share: float = number(0.01, SHARE)

    def step(self, state, outcome, key):
        """Let soil be lost."""
        return replace(state, limits=(1 - self.share) * state.limits)
