"""What a tree costs: counting, bytes, receptive fields, and the verdict on what was measured."""
