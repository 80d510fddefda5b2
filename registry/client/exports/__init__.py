"""Exports of a registry as whoever gets them reads them: offline, with nothing but the log's key."""
