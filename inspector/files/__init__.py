"""All reading of files but journals, bounded; all writing, whole or not at all."""
