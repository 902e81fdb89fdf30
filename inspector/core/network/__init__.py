"""What follows from a design: the tree of operations, what feeds what, finding places, words for them."""
