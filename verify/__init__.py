"""The theorem book, the checks that bind its claims to the mathematics, the runner, the reports.

``python -m verify --help`` lists the commands; ``verify.runner.run`` is the library's way in.
"""

__version__ = "1.0.0"
