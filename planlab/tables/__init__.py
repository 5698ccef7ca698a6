"""Real economies: input-output tables as scenarios."""
