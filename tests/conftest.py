"""Settings for all tests: Hypothesis without deadlines, since the first example compiles."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("thorough", max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
