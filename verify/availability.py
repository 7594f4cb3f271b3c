"""What a check raises when an optional device or tool that it needs is absent."""

from __future__ import annotations

__all__ = ["NotAvailable"]


class NotAvailable(Exception):
    """The check cannot run on this machine; its claim is listed as not selected, with why."""
