"""What is said: reports, behaviours, channels and replies."""

import planlab.economy  # noqa: F401 - JAX counts in 64 bit from here
