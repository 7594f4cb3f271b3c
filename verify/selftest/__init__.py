"""The toolkit against itself: forged certificates, changed claims, and statements known to be false."""

from verify.selftest.run import run

__all__ = ["run"]
