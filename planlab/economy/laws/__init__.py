"""Laws that worlds are made of, one per file; others lie in `planlab.world.laws`."""
