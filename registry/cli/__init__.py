"""The `registry` command: one file a noun, `main` gathers them."""
