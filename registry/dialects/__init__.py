"""The other languages of "no AI": one module a standard, each reads and writes it. Pure: no framework, no I/O."""
