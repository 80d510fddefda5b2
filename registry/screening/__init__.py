"""Offline screening: signed snapshots of which keys are registered and which are opted out, and how to ask them.

For makers and readers alike: the registry builds with this room, a platform's client asks with it.
"""
