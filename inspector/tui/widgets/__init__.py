"""The panes, one file each; none knows another."""
