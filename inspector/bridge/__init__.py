"""What only torch can tell: the one room that imports it."""
