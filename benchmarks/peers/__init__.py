"""Side by side with a peer product: the same features, dates and model from the same made-up city.

The peer runs in an environment of its own; nothing of it is imported by a room, and nothing of its code is copied.
"""
