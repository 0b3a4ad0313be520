"""Starting workers with a number of threads, and talking to them."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# The peers: name, and the worker's file.
PEERS = {
    "JAX": "jax_worker.py",
    "PyTorch": "torch_worker.py",
    "SciPy": "scipy_worker.py",
    "PRIMME": "primme_worker.py",
    "cvxpy": "cvxpy_worker.py",
}


class WorkerError(Exception):
    """A worker died or answered with a failure; the message says which and why."""


class Worker:
    """A process that answers requests."""

    def __init__(self, name, command, threads, precision):
        processors = ",".join(str(i) for i in range(threads))
        self.name = name
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["taskset", "-c", processors, *command],
            env=environment(threads, precision),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def ask(self, request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            code = self.process.wait()
            raise WorkerError(f"{self.name} died (exit code {code}): {self.last_error()}")
        answer = json.loads(line)
        if "failure" in answer:
            raise WorkerError(f"{self.name}: {answer['failure']}")
        return answer

    def processor_seconds(self):
        """What the process has used of all processors since it was started."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def last_error(self):
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1] if lines else "no message"

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def environment(threads, precision):
    """This environment with every thread pool set to `threads`."""
    env = dict(os.environ)
    # Settings that hold a BLAS back to older processors would slow the peers down.
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
        env.pop(name, None)
    for name in ["RAYON", "OMP", "OPENBLAS", "MKL"]:
        env[f"{name}_NUM_THREADS"] = str(threads)
    env["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    env["JAX_PLATFORMS"] = "cpu"
    env["PEERS_THREADS"], env["PEERS_PRECISION"] = str(threads), precision
    return env


def build():
    """Builds our worker and returns its path."""
    command = ["cargo", "bench", "--no-run", "--bench", "worker", "--message-format=json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise WorkerError("cargo could not build our worker")
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "worker")


def start(executable, python, names, threads, precision):
    """Ours first, then the peers; returns workers with their greetings, and what is missing and why."""
    commands = {"centralflow": [executable, "serve"]}
    commands.update({name: [python, str(HERE / PEERS[name])] for name in names})
    running, missing = [], {}
    for name, command in commands.items():
        worker = Worker(name, command, threads, precision)
        try:
            running.append((worker, worker.ask({"hello": {}})))
        except WorkerError as error:
            if name == "centralflow":
                raise
            missing[name] = str(error)
    return running, missing
