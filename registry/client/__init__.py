"""For platforms and auditors: ask a registry, and verify what it gave. Works without the server."""
