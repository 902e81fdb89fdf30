"""Budgets: how much of what a network may have, what holds, and the designs that hold it."""
