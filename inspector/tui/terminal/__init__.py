"""All that reaches into Textual's insides, or to the terminal past it."""
