"""The one sparse matrix: ``A @ x`` and ``A.T @ p`` for host and device, under ``jit``, ``grad`` and ``vmap``."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
import wadler_lindig
from jaxtyping import Array, Float, Int

from planlab.economy.kernels import WORTH_SPLITTING, Rows

__all__ = ["Sparse", "well_formed"]


def well_formed(name: str, matrix: Any) -> sp.csc_array:
    """Return a SciPy matrix as a new CSC array, its indices checked and entries of one place added up.

    Raises
    ------
    ValueError
        For indices outside the matrix and pointers that lead nowhere, on which SciPy's kernels would end the process.

    Examples
    --------
    >>> broken = sp.csr_array(np.eye(2))
    >>> broken.indices[0] = 7
    >>> well_formed("inputs", broken)
    Traceback (most recent call last):
        ...
    ValueError: inputs is a broken sparse matrix: indices must be < 2. Build it again, for instance with
    scipy.sparse.coo_array.
    """
    if matrix.ndim != 2:
        raise ValueError(f"{name} has {matrix.ndim} dimensions; it is a matrix (products, processes).")
    try:
        if matrix.format not in ("csr", "csc", "bsr", "coo"):
            matrix = matrix.tocsr()
        if matrix.format == "coo":
            sizes = {matrix.row.size, matrix.col.size, matrix.data.size}
            if len(sizes) > 1:
                raise ValueError("row, col and data have different lengths")
            for index, size in ((matrix.row, matrix.shape[0]), (matrix.col, matrix.shape[1])):
                if index.size and not 0 <= index.min() <= index.max() < size:
                    raise ValueError(f"indices must be >= 0 and < {size}")
        else:
            matrix.check_format(full_check=True)
    except (ValueError, IndexError) as error:
        said = str(error).rstrip(".")
        raise ValueError(
            f"{name} is a broken sparse matrix: {said}. Build it again, for instance with scipy.sparse.coo_array."
        ) from error
    result = sp.csc_array(matrix.tocsc(copy=True))
    result.sum_duplicates()
    return result


class _Seen:
    """What has been worked out of a matrix, kept outside its tree, so that looking at it compiles nothing anew."""

    __slots__ = ("_rows_seen", "_transpose_seen")
    _rows_seen: Rows
    _transpose_seen: "Sparse"

    def __getstate__(self) -> dict[str, Any]:
        """Without it: copies begin anew."""
        return self.__dict__


class Sparse(_Seen, eqx.Module):
    r"""A sparse matrix whose non-zeros lie column after column, so that a process's recipe is one contiguous run.

    .. math:: (A x)_i = \sum_{e:\,\text{row}(e)=i} a_e\, x_{\text{column}(e)}, \qquad
              (A^\top p)_j = \sum_{e:\,\text{column}(e)=j} a_e\, p_{\text{row}(e)}.

    Parameters
    ----------
    values
        The non-zeros, ``(nonzeros,)``; swept, differentiated and batched like any array.
    rows, columns
        Their 32-bit positions, sorted by column, then row.
    shape
        ``(rows, columns)`` of the matrix.

    Notes
    -----
    With concrete arrays on the host a product runs on all cores (`planlab.economy.kernels.Rows`), and so it does inside
    ``jit`` and ``vmap`` on a CPU where a large matrix is a constant of the traced function and only the vector varies.
    Where the matrix is itself an argument, on other devices and in derivatives it is a gather and a segmented sum,
    linear in the non-zeros.

    Examples
    --------
    >>> import numpy as np
    >>> A = Sparse.from_any(np.array([[0.0, 0.5], [0.2, 0.0]]))
    >>> (A @ np.array([1.0, 2.0])).tolist()
    [1.0, 0.2]
    >>> (A.T @ np.array([1.0, 2.0])).tolist()
    [0.4, 0.5]
    """

    values: Float[Array, "nonzeros"]
    rows: Int[Array, "nonzeros"]
    columns: Int[Array, "nonzeros"]
    shape: tuple[int, int] = eqx.field(static=True)

    @classmethod
    def from_any(cls, matrix: Any, dtype: Any = None) -> "Sparse":
        """Build from a NumPy, SciPy, pandas or JAX matrix or another `Sparse`; explicit zeros are dropped.

        Raises
        ------
        ValueError
            For a SciPy matrix whose indices are broken.
        """
        if isinstance(matrix, Sparse):
            return matrix
        if hasattr(matrix, "to_numpy"):
            matrix = matrix.to_numpy()
        host = sp.csc_array(well_formed("matrix", matrix) if sp.issparse(matrix) else np.asarray(matrix), dtype=dtype)
        host.eliminate_zeros()
        host.sort_indices()
        columns = np.repeat(np.arange(host.shape[1], dtype=np.int32), np.diff(host.indptr))
        rows = host.indices.astype(np.int32)
        return cls(jnp.asarray(host.data), jnp.asarray(rows), jnp.asarray(columns), host.shape)

    @classmethod
    def zeros(cls, shape: tuple[int, int]) -> "Sparse":
        """Return an empty matrix of the given shape."""
        return cls.from_any(sp.csc_array(shape, dtype=float))

    def to_scipy(self) -> sp.csc_array:
        """Return the matrix as a SciPy CSC array on the host."""
        values, rows, columns = (np.asarray(part) for part in (self.values, self.rows, self.columns))
        if (np.diff(columns) >= 0).all():
            starts = np.searchsorted(columns, np.arange(self.shape[1] + 1)).astype(np.int32)
            return sp.csc_array((values, rows, starts), shape=self.shape)
        return sp.csc_array((values, (rows, columns)), shape=self.shape)

    def with_values(self, values: Float[Array, "nonzeros"]) -> "Sparse":
        """Return the same pattern with other numbers in it."""
        return Sparse(values, self.rows, self.columns, self.shape)

    def scale(self, columns: Float[Array, "columns"]) -> "Sparse":
        """Return the matrix with every column multiplied by its number in `columns`."""
        return self.with_values(self.values * columns[self.columns])

    def __repr__(self) -> str:
        return f"Sparse({self.shape[0]} × {self.shape[1]}, {self.nonzeros} non-zeros)"

    def __pdoc__(self, **_: Any) -> wadler_lindig.AbstractDoc:
        return wadler_lindig.TextDoc(repr(self))

    @property
    def nonzeros(self) -> int:
        """How many entries are stored."""
        return self.values.shape[-1]

    @property
    def T(self) -> "Sparse":
        """The transpose, sharing all arrays."""
        if not hasattr(self, "_transpose_seen"):
            transpose = Sparse(self.values, self.columns, self.rows, self.shape[::-1])
            object.__setattr__(self, "_transpose_seen", transpose)
        return self._transpose_seen

    def sum_rows(self, entries: Float[Array, "nonzeros"]) -> Float[Array, "rows"]:
        """Add up numbers that lie on the non-zeros, row by row: orders into what each product is asked for."""
        return jax.ops.segment_sum(entries, self.rows, self.shape[0])

    def sum_columns(self, entries: Float[Array, "nonzeros"]) -> Float[Array, "columns"]:
        """Add up numbers that lie on the non-zeros, column by column."""
        return jax.ops.segment_sum(entries, self.columns, self.shape[1])

    def min_columns(self, entries: Float[Array, "nonzeros"]) -> Float[Array, "columns"]:
        """Take the least of the numbers on each column's non-zeros; infinity for an empty column."""
        return jax.ops.segment_min(entries, self.columns, self.shape[1])

    def __matmul__(self, x: Float[Array, "columns *vectors"]) -> Float[Array, "rows *vectors"]:
        matrix_traced = any(isinstance(leaf, jax.core.Tracer) for leaf in (self.values, self.rows))
        if not matrix_traced and not isinstance(x, jax.core.Tracer):
            return jnp.asarray(self._by_rows @ np.asarray(x))
        if matrix_traced or self.nonzeros < WORTH_SPLITTING or jax.default_backend() != "cpu":
            return self._gathered(x)
        return self._called(x)

    def _gathered(self, x: Float[Array, "columns *vectors"]) -> Float[Array, "rows *vectors"]:
        values = self.values if x.ndim == 1 else self.values[:, None]
        return jax.ops.segment_sum(values * x[self.columns], self.rows, self.shape[0])

    def _called(self, x: Float[Array, "columns *vectors"]) -> Float[Array, "rows *vectors"]:
        """Leave the trace for the host's kernels; derivatives stay inside."""
        rows, dtype = self._by_rows, jnp.result_type(self.values, x)

        def on_host(x: Any) -> np.ndarray:
            return (rows @ np.asarray(x)).astype(dtype, copy=False)

        @jax.custom_jvp
        def product(x: Array) -> Array:
            shape = jax.ShapeDtypeStruct((self.shape[0], *x.shape[1:]), dtype)
            return jax.pure_callback(on_host, shape, x, vmap_method="sequential")

        product.defjvp(lambda x, dx: (product(*x), self._gathered(*dx)))
        return product(x)

    @property
    def _by_rows(self) -> Rows:
        """The matrix by rows, for products on the host; concrete arrays only."""
        if not hasattr(self, "_rows_seen"):
            object.__setattr__(self, "_rows_seen", Rows(self.to_scipy()))
        return self._rows_seen
