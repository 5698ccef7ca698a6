"""How tests run: JAX strict about types and ranks, Hypothesis by profile (``dev`` or ``ci``)."""

import os

import jax
from hypothesis import HealthCheck, settings

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

quiet = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
settings.register_profile("dev", max_examples=10, derandomize=True, **quiet)
settings.register_profile("ci", max_examples=100, **quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
