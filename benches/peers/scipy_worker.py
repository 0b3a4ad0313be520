"""SciPy: ARPACK (eigsh) and LOBPCG on HVPs from JAX."""

import scipy
from scipy.sparse import linalg

import eigen
from protocol import serve


def operator(hessian):
    return linalg.LinearOperator(hessian.shape, matvec=hessian, matmat=hessian, dtype=hessian.dtype)


def eigsh(problem, _work, _precision):
    """Warm by its start vector, the sum of the previous eigenvectors."""
    tolerance = problem.header["tolerance"]

    def solve(hessian, start):
        return linalg.eigsh(operator(hessian), start.shape[1], which="LA", v0=start.sum(axis=1), tol=tolerance)

    return eigen.with_hessian(problem, solve, most=100)


def lobpcg(problem, _work, _precision):
    """Warm by its start block; its tolerance is absolute."""
    tolerance = problem.header["tolerance"] * problem.array("eigen4").max()

    def solve(hessian, start):
        return linalg.lobpcg(operator(hessian), start, tol=tolerance, maxiter=200, largest=True)

    return eigen.with_hessian(problem, solve, most=20)  # a long trajectory would take it an hour


serve("SciPy", scipy.__version__, {"eigen4": {"eigsh": (False, eigsh), "lobpcg": (False, lobpcg)}})
