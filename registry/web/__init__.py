"""Pages for people: look a work up, read a record, see how answers come about, follow the log."""
