"""A small witness: vouches that logs only grow. It works without the registry, and for logs of any kind (ADR 20)."""
