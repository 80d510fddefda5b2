"""The room with the rows: it keeps and finds bytes, and never signs anything."""
