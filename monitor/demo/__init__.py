"""The board server of the demo, and its story."""
