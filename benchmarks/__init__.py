"""Time and accuracy of jakstat and its peers; ``python -m benchmarks.bench`` from the repository runs all of it.

Importing this package, before NumPy and JAX, holds every library to one thread.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
