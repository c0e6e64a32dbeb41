"""The demonstration home: settings, the pseudonym key and the keys of two made-up reviewers."""

import datetime as dt
import hashlib
from pathlib import Path

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

REVIEWERS = (("reviewer-a", "倫理審査員"), ("reviewer-b", "主任相談支援員"))


def _secret(seed: int, purpose: str) -> bytes:
    """32 bytes from the seed: a demonstration key, worth nothing anywhere else."""
    return hashlib.sha256(f"kizuki demonstration|{seed}|{purpose}".encode()).digest()


def write_home(home: Path, seed: int, last: dt.date) -> None:
    """settings.yaml in the home; the key and the reviewers' keys beside it, because keys stay outside the home."""
    home.mkdir(parents=True, exist_ok=True)
    keys = home.parent / f"{home.name}.signers"
    keys.mkdir(exist_ok=True)
    (home.parent / f"{home.name}.key").write_text(_secret(seed, "pseudonyms").hex() + "\n", encoding="ascii")
    signers = []
    for name, role in REVIEWERS:
        secret = _secret(seed, f"signer {name}")
        (keys / f"{name}.key").write_text(secret.hex() + "\n", encoding="ascii")
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
        signers.append(
            {
                "name": name,
                "role": role,
                "public_key": public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
                "valid_until": dt.date(last.year + 2, 3, 31),
            }
        )
    settings = {
        "municipality": "架空市",
        "demonstration": True,
        "key_file": f"../{home.name}.key",
        "signers": signers,
    }
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (home / "settings.yaml").write_text(text, encoding="utf-8")
