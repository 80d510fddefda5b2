"""Keys, signatures and the formats that carry them: bytes in, bytes out. No framework, no input or output."""
