"""What proposes: a mechanism, from what it sees to a plan."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from jaxtyping import PRNGKeyArray

from planlab.base.part import Part
from planlab.people.observation import Observation
from planlab.planning.plan import Plan

if TYPE_CHECKING:
    from planlab.optimisation.horizon import HorizonProblem
    from planlab.optimisation.planning_problem import PlanningProblem

__all__ = ["Mechanism"]


class Mechanism(Part):
    """A way to make a plan. Subclass it in one file of ``planlab/mechanisms`` or register an entry point.

    The class attributes say what kind of mechanism it is:

    ``sees``
        The fields of `Observation` it reads; no others are handed over.
    ``traceable``
        Whether ``plan`` runs inside ``jax.jit``; if so periods are scanned and, on accelerators, seeds batched.
    ``in_numpy``
        Whether ``plan`` of what is not traceable works in NumPy; what it sees is then handed over in NumPy arrays, and
        so should its plan be.
    ``deterministic``
        Whether it never looks at the key, so that comparisons need not run it for every seed; a subclass says so anew.
    ``references``
        Keys of the bibliography, printed by ``planlab cite``.
    ``expected_failures``
        Promises of the contract that it cannot keep, with the reason.
    ``reward``
        What people are paid under it unless somebody asks for another reward: the name of one, or a `Reward`.
    ``remembers_a_start``
        Whether all that it remembers is where its search ended: then plans hardly depend on it, but are found sooner.
    ``usual``
        Whether ``planlab compare`` runs it where no mechanism is named: the few that differ most do.
    """

    sees: ClassVar[frozenset[str]] = frozenset()
    traceable: ClassVar[bool] = True
    in_numpy: ClassVar[bool] = False
    deterministic: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ()
    expected_failures: ClassVar[dict[str, str]] = {}
    reward: ClassVar[Any] = "flat"
    remembers_a_start: ClassVar[bool] = False
    usual: ClassVar[bool] = False

    @property
    def accuracy(self) -> float:
        """To what part of its value a plan is found: smaller differences between plans say nothing. By default 0."""
        return 0.0

    @property
    def looks_ahead(self) -> int:
        """How many periods ahead it has to be told of, whatever the setting announces. By default 0."""
        return 0

    def init(self, seen: Observation, key: PRNGKeyArray) -> Any:
        """Return what the mechanism remembers before the first period; by default nothing."""
        return ()

    @abstractmethod
    def plan(self, state: Any, seen: Observation, key: PRNGKeyArray) -> tuple[Any, Plan]:
        """Return what to remember and the plan for this period."""

    def problem(self, seen: Observation) -> "PlanningProblem | HorizonProblem | None":
        """Return the programme whose optimum the plan claims to be, for its certificate; ``None``: it claims none."""
        return None
