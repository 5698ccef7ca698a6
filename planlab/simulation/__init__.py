"""Periods one after another: one setting, one loop, one trajectory."""
