"""Producers who differ in how they report."""

from dataclasses import replace

from jaxtyping import PRNGKeyArray

from planlab.base.checks import AT_LEAST_0, FINITE
from planlab.base.part import number
from planlab.people.behaviour import Behaviour, role
from planlab.people.behaviours._saying import admit, claim, lognormal
from planlab.people.reports import Knowledge, Reports

__all__ = ["IdiosyncraticBias"]


class IdiosyncraticBias(Behaviour):
    r"""Producers who differ: each multiplies what it says by its own lasting lognormal factor.

    .. math:: \hat c_j = c_j e^{b_c + \sigma_c \varepsilon_j},\quad
              \hat A_{ij} = A_{ij} e^{b_A + \sigma_A \varepsilon'_j},\quad
              \hat x_j = x_j e^{b_x + \sigma_x \varepsilon''_j}.

    Uniform bias is nearly harmless; it is the spread that misleads a planner about who can do what.

    Parameters
    ----------
    capacity, inputs, results
        Log-standard deviations :math:`\sigma` of what is said of capacity, input requirements and achievements.
    capacity_bias, inputs_bias, results_bias
        Log-biases :math:`b`: by default capacity is understated, inputs are padded, results embellished.
    """

    capacity: float = number(0.2, AT_LEAST_0, row=True)
    inputs: float = number(0.1, AT_LEAST_0, row=True)
    results: float = number(0.02, AT_LEAST_0, row=True)
    capacity_bias: float = number(-0.1, FINITE, row=True)
    inputs_bias: float = number(0.05, FINITE, row=True)
    results_bias: float = number(0.01, FINITE, row=True)

    def report(self, said: Reports, known: Knowledge, key: PRNGKeyArray) -> Reports:
        """Return reports with every producer's own factors."""
        m = said.capacity.shape
        of_capacity, of_inputs, of_results = (role(key, what) for what in ("capacity", "inputs", "results"))
        said = replace(
            admit(said, lognormal(of_capacity, m, self.capacity_bias, self.capacity)),
            inputs=said.inputs * lognormal(of_inputs, m, self.inputs_bias, self.inputs)[known.economy.inputs.columns],
        )
        return claim(said, known, said.activity * lognormal(of_results, m, self.results_bias, self.results))
