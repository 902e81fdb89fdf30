"""Heat maps of Grad-CAM: what was run, what is to be said of it, and how it is drawn."""
