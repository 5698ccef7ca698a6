"""What is: technology and its algebra. Importing this switches JAX to 64 bit unless ``JAX_ENABLE_X64`` is set."""

import os

import jax

if "JAX_ENABLE_X64" not in os.environ:
    jax.config.update("jax_enable_x64", True)
