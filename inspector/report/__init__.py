"""Network → what leaves: one module a format, `formats` with one row each. No torch, no Textual, no files."""
