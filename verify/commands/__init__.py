"""The commands of ``python -m verify``, one module each.

A module has ``SUMMARY`` (one line of help), ``add_arguments(parser)`` and ``run(args) -> int``,
which returns the exit code.  It imports at its top only what is light; the rest inside ``run``.
"""
