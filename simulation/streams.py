"""Random streams keyed by seed and purpose, so that adding one draw does not reshuffle another."""

import hashlib

import numpy as np


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator of its own for one purpose of one city.

    The key is hashed, so the stream depends on neither the order of calls nor Python's hash seed.
    """
    digest = hashlib.sha256("|".join(map(str, purpose)).encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=words)))
