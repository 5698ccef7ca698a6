"""Closed settings of the incentive literature, in which what lying pays is known exactly."""
