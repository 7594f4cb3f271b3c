"""Sampling, chains, training, high-precision evaluation and statistics.

Knows no theorem: everything exact (targets, variances, bounds) is handed in by the caller.
Importing the package needs NumPy and the standard library only; CuPy, Dask and mpmath are
imported by the functions that use them.

Where things are:

* ``backend`` which device runs, and why; ``philox`` reproducible streams; ``kernels``, ``cuda``
  the CUDA side;
* ``wishart``, ``loss``, ``sketch``, ``spectral`` the in-context loss by sampling;
* ``doubledouble``, ``quadrature`` the same by Gauss rules, to 30 digits and beyond;
* ``gaussian``, ``regression``, ``transformer`` the recursions of the three experiments;
* ``statistics``, ``intervals``, ``ledger`` declared tests and their family-wise error;
* ``campaign``, ``cluster``, ``tasks`` sharded, resumable runs; ``experiments`` single calls for
  all of it; ``benchmark``, ``gpu_campaign`` speeds, and the full run on a device.
"""
