"""The consent registry: what may be done with a work, said by its rightsholders, provable by anybody."""

__version__ = "0.1.0"
