"""What is: technology and its algebra. Importing this switches JAX to 64 bit unless ``JAX_ENABLE_X64`` is set.

It also lets JAX keep what it compiles in the user's cache folder (`planlab.base.compilation_cache`).
"""

import os

import jax

from planlab.base.compilation_cache import keep_compiled

if "JAX_ENABLE_X64" not in os.environ:
    jax.config.update("jax_enable_x64", True)
keep_compiled()
