"""cvxpy with CVXOPT: the complementarity problem as `minimise <A, X> + <X, B[X]> / 2 over X >= 0`."""

import cvxopt
import cvxpy as cp
import numpy as np

from protocol import serve


def packing(k):
    """The matrix S with svec(X) = S vec(X): upper triangle by columns, off-diagonal entries times sqrt 2."""
    rows = []
    for j in range(k):
        for i in range(j + 1):
            row = np.zeros((k, k))
            row[i, j] += np.sqrt(0.5) if i < j else 1.0
            row[j, i] = row[i, j]
            rows.append(row.ravel())
    return np.stack(rows)


def solve(problem, work, _precision):
    """Compiled once with A and a factor of B as parameters; a run sets them and solves."""
    k = int(work.removeprefix("sdcp"))
    a, b = problem.array(f"a{k}"), problem.array(f"b{k}")
    s = packing(k)
    x = cp.Variable((k, k), PSD=True)
    linear, factor = cp.Parameter((k, k)), cp.Parameter(b.shape)
    quadratic = cp.sum_squares(factor @ (s @ cp.vec(x, order="C")))
    program = cp.Problem(cp.Minimize(cp.sum(cp.multiply(linear, x)) + 0.5 * quadratic))

    def run():
        linear.value = a
        factor.value = np.linalg.cholesky(b).T
        program.solve(solver=cp.CVXOPT)
        return x.value

    return run, {"error": violation(a, b, s, run())}


def violation(a, b, s, x):
    """The largest of the violations `X >= 0`, `R >= 0`, `<X, R> = 0`, relative as in `sdcp::Certificate`."""
    norm = np.linalg.norm
    k = len(a)
    packed = s @ x.ravel()
    r = a + (s.T @ (b @ packed)).reshape(k, k)
    scale = max(norm(a), norm(abs(b) @ abs(packed)))
    primal = max(0.0, -np.linalg.eigvalsh(x)[0]) / norm(x)
    dual = max(0.0, -np.linalg.eigvalsh(r)[0]) / scale
    return float(max(primal, dual, abs(np.sum(x * r)) / (norm(x) * scale)))


VERSION = f"{cp.__version__} with CVXOPT {cvxopt.__version__}"
serve("cvxpy", VERSION, {f"sdcp{k}": {"CVXOPT": (False, solve)} for k in [1, 2, 4, 8]})
