"""The inbox: what somebody is told of, and which of it comes by mail too."""
