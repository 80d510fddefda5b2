"""The mathematics of the transparency log (RFC 6962, C2SP tlog-tiles). Standard library only."""
