"""Trained weights without their values: tables of tensors, what network they are of, and what becomes of them."""
