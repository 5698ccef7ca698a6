"""planlab: put any economic planning mechanism on the same economy and judge it by what happens.

Nothing heavy is imported until a name is used. planlab computes in 64 bit: the first name that needs JAX sets
``jax_enable_x64`` for the whole process, unless the environment variable ``JAX_ENABLE_X64`` says otherwise.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
