"""The handlers of `fold.py`, by what they touch: works, proof, declarations, platforms."""
