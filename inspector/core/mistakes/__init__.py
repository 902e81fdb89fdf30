"""Torch's shape errors, and the edit that each of them asks for."""
