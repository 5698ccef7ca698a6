"""Scripts anyone can run; each prints its table and what made it."""
