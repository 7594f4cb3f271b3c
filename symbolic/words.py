r"""Expectations of traces of mixed words in V, V^T and a Wishart matrix W, symbolic in n and d.

A word with k letters W is written W b_1 W b_2 ... W b_k with *blocks* b_i, words in V and V^T.
Gaussian integration by parts on one factor X of the first W = X X^T removes that W:

    E tr(W A) M  =  n tr(A) M  +  sum over the other W of the same trace, A = p W q:
                        tr(W q p^T) M + tr(W p) tr(q) M
                    + sum over the W of every other trace tr(W r) of M:
                        tr(W A r) M' + tr(W r A^T) M'.

``forward`` runs it level by level (all states with k letters W, then k - 1, ...), carrying the
coefficient of each state: a state is a multiset of words, each in canonical form under rotation
and transposition, a coefficient is a polynomial in (n, d) packed into one integer for each product
of finished traces.  Equal states merge, finished levels are dropped.  Of the possible W the one
with the shortest neighbouring blocks is removed: it keeps the number of states smallest.

``matching_moment`` is the independent route: the sum over all ways to tie the n-indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import comb, prod

__all__ = ["Invariant", "WordMoments", "loss_word_moment", "matching_moment", "necklace"]

Invariant = tuple[str, ...]
"""A product of traces: sorted canonical words in the letters v (for V) and t (for V^T)."""

_TRANSPOSE = str.maketrans("vt", "tv")


def transpose_word(word: str) -> str:
    """Return the word of the transposed product."""
    return word[::-1].translate(_TRANSPOSE)


def necklace(word: str) -> str:
    """Return the least of the words with the same trace (rotations, and those of the transpose).

    >>> necklace("tv"), necklace("tt"), necklace("vtt")
    ('tv', 'tt', 'ttv')
    """
    flipped = transpose_word(word)
    return min(
        (s[i:] + s[:i] for s in (word, flipped) for i in range(len(word))), default=""
    )


class WordMoments:
    """The forward recursion, for words with at most ``degree`` letters W."""

    def __init__(self, degree: int) -> None:
        self._degree = degree
        self._bits = 16 + 4 * degree + prod(range(1, 2 * degree, 2)).bit_length()
        self._weight = 0
        self._shift_d = self._bits * (degree + 2)
        self._blocks: list[str] = []
        self._ids: dict[str, str] = {}
        self._flip: dict[str, str] = {}
        self._joined: dict[str, str] = {}
        self._canonical: dict[str, str] = {}
        self._fronts: dict[str, tuple[int, str]] = {}
        self._inner: dict[str, list[tuple[tuple[str, ...], str | None, int]]] = {}
        self._outer: dict[tuple[str, str], list[str]] = {}
        self._products: list[Invariant] = [()]
        self._product_ids: dict[Invariant, int] = {(): 0}
        self._extended: dict[tuple[int, str], int] = {}
        self._levels: list[dict[tuple[str, ...], dict[int, int]]] = [{} for _ in range(degree + 1)]
        self._block("")

    def _block(self, word: str) -> str:
        """Return the one-character name of a block."""
        name = self._ids.get(word)
        if name is None:
            name = self._ids[word] = chr(len(self._blocks))
            self._blocks.append(word)
            self._flip[name] = self._block(transpose_word(word))
        return name

    def _join(self, left: str, right: str) -> str:
        name = self._joined.get(left + right)
        if name is None:
            word = self._blocks[ord(left)] + self._blocks[ord(right)]
            name = self._joined[left + right] = self._block(word)
        return name

    def _transposed(self, word: str) -> str:
        return "".join(map(self._flip.__getitem__, reversed(word)))

    def _least(self, word: str) -> str:
        found = self._canonical.get(word)
        if found is None:
            size = len(word)
            flipped = self._transposed(word)
            one, two = word + word, flipped + flipped
            found = min(
                min(one[i : i + size] for i in range(size)),
                min(two[i : i + size] for i in range(size)),
            )
            self._canonical[word] = found
        return found

    def _times(self, product: int, block: str) -> int:
        key = (product, block)
        found = self._extended.get(key)
        if found is None:
            trace = necklace(self._blocks[ord(block)])
            invariant = tuple(sorted((*self._products[product], trace)))
            found = self._product_ids.get(invariant)
            if found is None:
                found = self._product_ids[invariant] = len(self._products)
                self._products.append(invariant)
            self._extended[key] = found
        return found

    def add(self, blocks: Sequence[str], weight: int, n_power: int = 0) -> None:
        """Add weight * n^n_power * E tr(W b_1 W b_2 ... W b_k) to the sum; k = 0 means tr 1 = d."""
        if len(blocks) > self._degree:
            raise ValueError(f"at most {self._degree} letters W, got {len(blocks)}")
        if n_power + len(blocks) > self._degree:
            raise ValueError("the power of n may not exceed the letters W that are missing")
        # There are (2k-1)!! pairings: no coefficient exceeds the weights times that number.
        self._weight += abs(weight)
        if self._weight >> (16 + 4 * self._degree - 2):
            raise ValueError("the weights are too large to be packed")
        word = "".join(self._block(block) for block in blocks)
        state = (self._least(word),) if word else ()
        level = self._levels[len(word)].setdefault(state, {})
        shift = self._bits * n_power + (0 if word else self._shift_d)
        level[0] = level.get(0, 0) + (weight << shift)

    def forward(self) -> dict[Invariant, dict[tuple[int, int], int]]:
        """Return the sum as {product of traces: {(power of n, power of d): coefficient}}."""
        for size in range(self._degree, 0, -1):
            level, self._levels[size] = self._levels[size], {}
            while level:
                self._push(size - 1, *level.popitem())
            self._outer.clear()
        result = self._levels[0].get((), {})
        return {
            self._products[key]: self._unpack(value) for key, value in result.items() if value
        }

    def _push(self, size: int, state: tuple[str, ...], coefficients: dict[int, int]) -> None:
        """Add the states that follow ``state``, times its coefficients, to the level ``size``."""
        target = self._levels[size]
        for (rest, trace, n_power), times in self._remove_one(state).items():
            into = target.get(rest)
            if into is None:
                into = target[rest] = {}
            shift = self._bits * n_power
            if trace is not None and not self._blocks[ord(trace)]:
                trace, shift = None, shift + self._shift_d
            for key, value in coefficients.items():
                if trace is not None:
                    key = self._times(key, trace)
                into[key] = into.get(key, 0) + ((value * times) << shift)

    def _turned(self, word: str) -> tuple[int, str]:
        """Return (length of the blocks beside a W, the word with that W in front), least first."""
        found = self._fronts.get(word)
        if found is None:
            sizes = [len(self._blocks[ord(c)]) for c in word]
            length, turn = min((sizes[i] + sizes[i - 1], i) for i in range(len(word)))
            found = self._fronts[word] = (length, word[turn:] + word[:turn])
        return found

    def _remove_one(
        self, state: tuple[str, ...]
    ) -> dict[tuple[tuple[str, ...], str | None, int], int]:
        """Return {(words left, a finished trace or None, power of n): multiplicity}."""
        which = min(range(len(state)), key=lambda i: self._turned(state[i])[0])
        word, others = self._turned(state[which])[1], state[:which] + state[which + 1 :]
        found: dict[tuple[tuple[str, ...], str | None, int], int] = {}
        for words, trace, n_power in self._within(word):
            key = (tuple(sorted(words + others)), trace, n_power)
            found[key] = found.get(key, 0) + 1
        for j, other in enumerate(others):
            if j and others[j - 1] == other:
                continue
            times, rest = others.count(other), others[:j] + others[j + 1 :]
            for merged in self._across(word, other):
                key = (tuple(sorted((*rest, merged))), None, 0)
                found[key] = found.get(key, 0) + times
        return found

    def _within(self, word: str) -> list[tuple[tuple[str, ...], str | None, int]]:
        """Return the terms that tie the first W to its own trace: (words, trace, power of n)."""
        found = self._inner.get(word)
        if found is not None:
            return found
        least, join = self._least, self._join
        last, before = word[-1], word[:-1]
        if not before:
            found = [((), last, 1)]
        else:
            found = [((least(join(last, word[0]) + word[1:-1]),), None, 1)]
        for i in range(1, len(word)):
            p, q = word[:i], word[i:]
            crossed = self._transposed(p)
            found.append(((least(q[:-1] + join(last, crossed[0]) + crossed[1:]),), None, 0))
            if len(q) == 1:
                found.append(((least(p),), q, 0))
            else:
                found.append(((least(p), least(join(last, q[0]) + q[1:-1])), None, 0))
        self._inner[word] = found
        return found

    def _across(self, word: str, other: str) -> list[str]:
        """Return the words that arise when the first W is tied to each W of another trace."""
        found = self._outer.get((word, other))
        if found is not None:
            return found
        last, before = word[-1], word[:-1]
        backward, turned_last = self._transposed(before), self._flip[last]
        twice, size = other + other, len(other)
        found = []
        for i in range(size):
            r = twice[i : i + size]
            found.append(self._least(before + self._join(last, r[0]) + r[1:]))
            found.append(self._least(r[:-1] + self._join(r[-1], turned_last) + backward))
        self._outer[word, other] = found
        return found

    def _unpack(self, value: int) -> dict[tuple[int, int], int]:
        """Split a packed integer into its signed digits."""
        half, base, mask = 1 << (self._bits - 1), 1 << self._bits, (1 << self._bits) - 1
        per_d = self._shift_d // self._bits
        digits: dict[tuple[int, int], int] = {}
        position = 0
        while value:
            digit = value & mask
            if digit >= half:
                digit -= base
            if digit:
                digits[position % per_d, position // per_d] = digit
            value = (value - digit) >> self._bits
            position += 1
        return digits


def loss_word_moment(layers: int) -> dict[Invariant, dict[tuple[int, int], int]]:
    """Return n^(2L) E ||(I - VS)^L||^2 as {product of traces: {(power of n, of d): integer}}.

    Args:
        layers: L >= 1; the cost grows about twentyfold with each layer.

    >>> sorted(loss_word_moment(1))
    [(), ('t',), ('tv',)]
    """
    if layers < 1:
        raise ValueError(f"the number of layers must be at least 1, got {layers}")
    moments = WordMoments(2 * layers)
    for j in range(layers + 1):
        for k in range(layers + 1):
            weight = (-1) ** (j + k) * comb(layers, j) * comb(layers, k)
            moments.add(_loss_blocks(j, k), weight, 2 * layers - j - k)
    return moments.forward()


def _loss_blocks(j: int, k: int) -> list[str]:
    """Return the blocks of tr (VW)^j (W V^T)^k."""
    if j == 0:
        return ["t"] * k
    if k == 0:
        return ["v"] * j
    return ["v"] * (j - 1) + [""] + ["t"] * (k - 1) + ["tv"]


def matching_moment(blocks: Sequence[str]) -> dict[Invariant, dict[tuple[int, int], int]]:
    """Return E tr(W b_1 ... W b_k) by summing all (2k - 1)!! pairings of the 2k factors X.

    The independent, slow route (k <= 6): W_i = X X^T has a left and a right end; the d-index runs
    along the blocks, the n-index joins the two X of one W, and a pairing ties both.

    >>> matching_moment(["v"])
    {('t',): {(1, 0): 1}}
    """
    k = len(blocks)
    if not 1 <= k <= 6:
        raise ValueError(f"between 1 and 6 letters W, got {k}")
    # End 2i is the left end of W_i, 2i + 1 the right one; block i leads from 2i + 1 to 2(i+1).
    total: dict[Invariant, dict[tuple[int, int], int]] = {}
    for pairs in _pairings(list(range(2 * k))):
        mate = {}
        for x, y in pairs:
            mate[x], mate[y] = y, x
        loops = _loops(mate, k)
        words, d_power = _traces(mate, blocks)
        entry = total.setdefault(words, {})
        entry[loops, d_power] = entry.get((loops, d_power), 0) + 1
    return total


def _pairings(ends: list[int]) -> Iterator[list[tuple[int, int]]]:
    if not ends:
        yield []
        return
    first, rest = ends[0], ends[1:]
    for i, other in enumerate(rest):
        for pairs in _pairings(rest[:i] + rest[i + 1 :]):
            yield [(first, other), *pairs]


def _loops(mate: Mapping[int, int], k: int) -> int:
    """Count the cycles of the n-index: inside one W to its other end, then to the mate."""
    seen: set[int] = set()
    loops = 0
    for start in range(2 * k):
        if start in seen:
            continue
        loops += 1
        end = start
        while end not in seen:
            seen.add(end)
            seen.add(end ^ 1)
            end = mate[end ^ 1]
    return loops


def _traces(mate: Mapping[int, int], blocks: Sequence[str]) -> tuple[Invariant, int]:
    """Follow the d-index along the blocks; return the traces of V-words and the power of d."""
    k = len(blocks)
    words: list[str] = []
    d_power = 0
    seen: set[int] = set()
    for first in range(k):
        if first in seen:
            continue
        word, block, forward = "", first, True
        while block not in seen:
            seen.add(block)
            word += blocks[block] if forward else transpose_word(blocks[block])
            # Leaving block i forwards, one stands at the left end of W_{i+1}; backwards, at the
            # right end of W_i.
            exit_end = 2 * ((block + 1) % k) if forward else 2 * block + 1
            entry = mate[exit_end]
            # A right end 2i + 1 begins block i; a left end 2i is the end of block i - 1.
            forward = entry % 2 == 1
            block = entry // 2 if forward else (entry // 2 - 1) % k
        if word:
            words.append(necklace(word))
        else:
            d_power += 1
    return tuple(sorted(words)), d_power
