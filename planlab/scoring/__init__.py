"""How good was it."""
