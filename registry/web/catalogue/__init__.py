"""Pages for a whole catalogue: send a file, see what is recognised in it, count, register, fetch what was not taken."""
