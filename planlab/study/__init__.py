"""Many runs: the same worlds for every mechanism, and what seeds can tell apart."""
