"""Screening a corpus: a file of rows goes in; permitted, opted-out, unregistered and unreadable rows come out."""
