"""Exact mathematics: functions of exact arguments with exact results; no claims, no floats."""
