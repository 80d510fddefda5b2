"""Files of works, as labels keep them: rows of every format, what each column holds, what each row names."""
