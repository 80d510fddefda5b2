"""Nouns and rules: what a rightsholder said, and what follows from it. No framework, no input or output."""
