"""Mails to people: what they say in each language, and how they leave (SMTP, or a folder of files)."""
