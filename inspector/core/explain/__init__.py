"""What is said of a place: its numbers, those that can be edited, a picture, and the concepts behind it."""
