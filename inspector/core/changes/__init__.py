"""What changes from one network to another: with reasons, by amount, and at the Grad-CAM target."""
