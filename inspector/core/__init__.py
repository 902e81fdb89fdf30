"""What is true of a ResNet without torch: standard library and msgspec only."""
