"""`/say` and `/waiting`: to change what is said about works, to take it back, and to stop what waits."""
