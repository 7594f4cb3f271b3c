"""Philox4x32-10, a counter-based generator: the same bits on every device.

The generator is a bijection of 128-bit counters, keyed by 64 bits (Salmon, Moraes, Dror and
Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).  Nothing is carried from one draw to
the next, so a stream does not depend on the number of workers, on the order of work or on the
card.  The key is taken from the SHA-256 of the job, the counter is
``(sample mod 2^32, sample div 2^32, shard, block)``.

Each block of four words makes two uniforms on (0, 1] with 53 bits.  A sample consumes its
normals first (two a block, Box-Muller), then its uniforms in order; the CUDA kernels do the
same.  Uniforms agree bit for bit between devices, normals and chi-squares within a few ulps.

Resolution: the smallest uniform is 2^-53, so a normal never exceeds 8.58; E r^{4L} of a
Box-Muller radius is then short by 1e-9 at L = 4 and 3e-7 at L = 6, relatively.

For speed on one CPU, ``generator`` gives NumPy's SFC64, keyed by the same job and shard.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Stream", "generator", "job_digest", "philox4x32"]

_MULTIPLIER = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_BLOCK = 4096


def philox4x32(
    counter: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    key: tuple[int, int],
    rounds: int = 10,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The Philox4x32 bijection of the counters, as four arrays of uint32.

    ``counter`` holds four arrays of one shape with values below 2^32, ``key`` two such integers.

    >>> zero = np.zeros(1, dtype=np.uint64)
    >>> [hex(int(word[0])) for word in philox4x32((zero, zero, zero, zero), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    c0, c1, c2, c3 = (np.asarray(word, dtype=np.uint64) for word in counter)
    k0, k1 = key
    for _ in range(rounds):
        first = _MULTIPLIER[0] * c0
        second = _MULTIPLIER[1] * c2
        c0 = (second >> _SHIFT) ^ c1 ^ np.uint64(k0)
        c2 = (first >> _SHIFT) ^ c3 ^ np.uint64(k1)
        c1 = second & _LOW
        c3 = first & _LOW
        k0 = (k0 + _WEYL[0]) & 0xFFFFFFFF
        k1 = (k1 + _WEYL[1]) & 0xFFFFFFFF
    return (
        c0.astype(np.uint32),
        c1.astype(np.uint32),
        c2.astype(np.uint32),
        c3.astype(np.uint32),
    )


def job_digest(job: Mapping[str, Any]) -> str:
    """SHA-256 of the job, in hexadecimal: equal jobs, equal digests, whatever the key order.

    >>> job_digest({"n": 15, "d": 2}) == job_digest({"d": 2, "n": 15})
    True
    """
    text = json.dumps(job, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def generator(digest: str, shard: int) -> np.random.Generator:
    """NumPy's SFC64 generator for one shard of the job with this digest.

    >>> a, b = (generator("00" * 32, 3).random() for _ in range(2))
    >>> a == b
    True
    """
    words = [int(digest[i : i + 8], 16) for i in range(0, 64, 8)]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(words, spawn_key=(shard,))))


@dataclass(frozen=True)
class Stream:
    """The Philox stream of one shard: addressed by (sample, block), it carries no state."""

    digest: str
    shard: int

    def __post_init__(self) -> None:
        if not 0 <= self.shard < 2**32:
            raise ValueError(f"shard {self.shard} is outside 0..2^32-1")
        if len(self.digest) != 64:
            raise ValueError("a stream is keyed by a SHA-256 in hexadecimal (64 digits)")

    @property
    def key(self) -> tuple[int, int]:
        """The 64-bit key, as two words."""
        return int(self.digest[:8], 16), int(self.digest[8:16], 16)

    def words(
        self, first: int, count: int, block: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Four uint32 arrays: block number ``block`` of samples first, ..., first+count-1."""
        parts = []
        for start in range(first, first + count, _BLOCK):
            size = min(_BLOCK, first + count - start)
            sample = np.arange(start, start + size, dtype=np.uint64)
            shard = np.full(size, self.shard, dtype=np.uint64)
            number = np.full(size, block, dtype=np.uint64)
            parts.append(philox4x32((sample & _LOW, sample >> _SHIFT, shard, number), self.key))
        if len(parts) == 1:
            return parts[0]
        w0, w1, w2, w3 = (np.concatenate([part[i] for part in parts]) for i in range(4))
        return w0, w1, w2, w3

    def uniforms(self, first: int, count: int, block: int) -> tuple[np.ndarray, np.ndarray]:
        """Two arrays of uniforms on (0, 1]: multiples of 2^-53, exact, the same on each device.

        >>> u, v = Stream("00" * 32, 0).uniforms(0, 1000, 0)
        >>> bool((u > 0).all() and (u <= 1).all() and (v > 0).all())
        True
        """
        w0, w1, w2, w3 = self.words(first, count, block)
        return _unit(w0, w1), _unit(w2, w3)

    def normals(self, first: int, count: int, block: int) -> tuple[np.ndarray, np.ndarray]:
        """Two arrays of standard normals (Box-Muller on the two uniforms of the block)."""
        u, v = self.uniforms(first, count, block)
        radius = np.sqrt(-2.0 * np.log(u))
        angle = 2.0 * np.pi * v
        return radius * np.cos(angle), radius * np.sin(angle)

    def normals_and_chi_squares(
        self, first: int, count: int, normals: int, dofs: tuple[int, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        """(normals, count) standard normals and (len(dofs), count) chi-squares, independent.

        A chi-square with m degrees of freedom is -2 log of a product of m // 2 uniforms, plus a
        squared normal when m is odd.  Blocks 0, 1, ... of each sample are used up in the order
        stated in the module's docstring.

        >>> z, c = Stream("00" * 32, 1).normals_and_chi_squares(0, 20000, 1, (15, 14))
        >>> z.shape, c.shape, bool(abs(c[0].mean() - 15) < 0.3)
        ((1, 20000), (2, 20000), True)
        """
        if any(dof < 1 for dof in dofs):
            raise ValueError("degrees of freedom are positive integers")
        odd = [i for i, dof in enumerate(dofs) if dof % 2]
        drawn: list[np.ndarray] = []
        block = 0
        while len(drawn) < normals + len(odd):
            drawn.extend(self.normals(first, count, block))
            block += 1
        z = np.array(drawn[:normals]).reshape(normals, count)
        chi = np.zeros((len(dofs), count))
        pending: list[np.ndarray] = []
        for i, dof in enumerate(dofs):
            product = np.ones(count)
            for used in range(1, dof // 2 + 1):
                if not pending:
                    pending = list(self.uniforms(first, count, block))
                    block += 1
                product *= pending.pop(0)
                if used % 16 == 0 or used == dof // 2:  # 16 uniforms stay above 2^-848
                    chi[i] -= 2.0 * np.log(product)
                    product = np.ones(count)
        for position, i in enumerate(odd):
            chi[i] += drawn[normals + position] ** 2
        return z, chi


def _unit(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """(k + 1) 2^-53 with the 53 upper bits k of two words: exact in binary64."""
    top = (high >> np.uint32(5)).astype(np.float64)
    bottom = (low >> np.uint32(6)).astype(np.float64)
    return (top * 67108864.0 + bottom + 1.0) * (1.0 / 9007199254740992.0)
