"""What is touched: the editor in the terminal."""
