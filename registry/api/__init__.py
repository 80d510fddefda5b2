"""HTTP for machines: JSON described by OpenAPI, RFC 9457 problems, signed questions and signed answers."""
