"""Looking at places that others control, apart from everything else: a process without keys, without a database, and
with nothing in its environment. Source: reliability.md, rule 7."""
