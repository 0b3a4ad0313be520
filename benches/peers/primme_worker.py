"""PRIMME on HVPs from JAX."""

from importlib import metadata

import primme
from scipy.sparse import linalg

import eigen
from protocol import serve


def eigsh(problem, _work, _precision):
    """Warm by its start block; its tolerance is relative to its estimate of |H|."""
    tolerance = problem.header["tolerance"]

    def solve(hessian, start):
        operator = linalg.LinearOperator(hessian.shape, matvec=hessian, matmat=hessian, dtype=hessian.dtype)
        return primme.eigsh(operator, start.shape[1], which="LA", v0=start, tol=tolerance)

    return eigen.with_hessian(problem, solve)


serve("PRIMME", metadata.version("primme"), {"eigen4": {"eigsh": (False, eigsh)}})
