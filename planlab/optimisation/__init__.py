"""The numerics under several mechanisms."""
