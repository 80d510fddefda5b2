"""Following a log from outside, by its files alone: whether it only grows, and whether it serves what it signed."""
