"""What a person describes: a design, its fields and presets, edits, history, files and differences."""
