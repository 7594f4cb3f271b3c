"""Independent checker of certificates: one file, standard library only, exact rationals only.

Run alone:  python -I recheck.py DIR [--book BOOK_DIR] [--limit SECONDS]

A certificate is a JSON file: the claim, a list of variables, and a list of steps.  Every step of a
checked kind is re-derived here from rational arithmetic and yields a *sentence*.  The certificate is
accepted when every step holds, every definition is used, every sentence that the claim says it
proves was derived, and the hashes agree.  With --book, claim and sentences must be those of the book.
Nothing is searched for and no tolerance exists.  The step kinds, a closed list:

kind        what is verified                                              sentence
----------  ------------------------------------------------------------  ---------------------------
loss        E|(I-VS)^L|^2, S=W/n, re-derived by Gaussian integration by    NAME := loss(layers=L, V=..)
            parts on cyclic trace words; with noise, its addition too
variation   the same at V = aI + sK to second order in s, any dimension d  NAME := variation(...)
moment      E of a product of traces tr W^k, W Wishart (n, d)              NAME := E prod tr W^k, k = ..
chi         E X^k for X chi-square with m degrees of freedom               NAME := E X^k, X ~ chi2(m)
define      a name for a rational function (diff, subs, coeff allowed)     NAME := EXPRESSION
identity    two rational functions are equal                               LEFT == RIGHT
sign        a sign on a range: coefficients after a shift, Sturm, or a     EXPR > 0 for x in [lo, hi]
            sum of squares with non-negative weights
roots       all real roots on a range, isolated (Sturm)                    EXPR has k real roots for ..
atroots     the sign of one polynomial at all real roots of another        EXPR > 0 at the real roots ..
cases       the same sentences for each integer value of a variable        for n = 1..14: SENTENCE
series      convergence of sum 1/(t^p0 log(t)^p1 loglog(t)^p2 ...)         sum 1/(...) diverges
arithmetic  a statement about rational numbers, evaluated                  the statement
depends     sentences taken from another certificate of DIR                those sentences
cited       a classical theorem; each hypothesis names its support         (listed, not checked)
argued      an argument in words                                           (listed, not checked)
computed    a computation that is too large to repeat here                 (listed, not checked)
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import sys
import time
from fractions import Fraction
from math import comb, gcd

FORMAT = "theorem-certificate 1"
MAX_BYTES, MAX_DIGITS, MAX_DEPTH, MAX_TEXT = 8_000_000, 4000, 24, 400_000
ASSUMED = ("cited", "argued", "computed")


class Refused(Exception):
    """The certificate is not accepted; the text is the one-line reason."""


class Clock:
    """A deadline, asked for in every inner loop."""

    end = float("inf")

    @classmethod
    def check(cls):
        if time.monotonic() > cls.end:
            raise Refused("takes longer than the time limit (see --limit)")


# ---------------------------------------------------------------- polynomials and fractions of them
# A polynomial is a dict {exponents: coefficient}; a Rational function is a pair of polynomials.


def p_add(p, q, factor=1):
    out = dict(p)
    for m, c in q.items():
        s = out.get(m, 0) + factor * c
        if s:
            out[m] = s
        else:
            out.pop(m, None)
    return out


def p_mul(p, q):
    out = {}
    if len(p) > len(q):
        p, q = q, p
    for m1, c1 in p.items():
        Clock.check()
        for m2, c2 in q.items():
            m = tuple(map(int.__add__, m1, m2))
            out[m] = out.get(m, 0) + c1 * c2
    if len(out) > 200_000:
        raise Refused("a polynomial has more than 200000 terms")
    return {m: c for m, c in out.items() if c}


class Ring:
    """Rational functions in named variables."""

    def __init__(self, variables):
        self.names = variables
        self.one = {(0,) * len(variables): 1}

    def constant(self, c):
        return ({(0,) * len(self.names): c} if c else {}, self.one)

    def variable(self, name):
        return ({tuple(int(v == name) for v in self.names): 1}, self.one)

    def add(self, x, y, factor=1):
        if x[1] == y[1]:
            return (p_add(x[0], y[0], factor), x[1])
        return (p_add(p_mul(x[0], y[1]), p_mul(y[0], x[1]), factor), p_mul(x[1], y[1]))

    def mul(self, x, y):
        return (p_mul(x[0], y[0]), x[1] if y[1] == self.one else p_mul(x[1], y[1]))

    def div(self, x, y):
        if not y[0]:
            raise Refused("division by zero")
        if len(y[0]) == 1 and self.one.keys() == y[0].keys():
            (c,) = y[0].values()
            return (p_mul({m: Fraction(k) / c for m, k in x[0].items()}, y[1]), x[1])
        return (p_mul(x[0], y[1]), p_mul(x[1], y[0]))

    def power(self, x, k):
        if k < 0:
            return self.power(self.div(self.constant(1), x), -k)
        out = self.constant(1)
        while k:
            out = self.mul(out, x) if k & 1 else out
            k >>= 1
            x = self.mul(x, x) if k else x
        return out

    def equal(self, x, y):
        return p_mul(x[0], y[1]) == p_mul(y[0], x[1])

    def index(self, name):
        if name not in self.names:
            raise Refused(f"unknown variable {name!r}")
        return self.names.index(name)

    def diff(self, x, name):
        i = self.index(name)

        def d(p):
            return {m[:i] + (m[i] - 1,) + m[i + 1 :]: c * m[i] for m, c in p.items() if m[i]}

        if x[1] == self.one:
            return (d(x[0]), x[1])
        return (p_add(p_mul(d(x[0]), x[1]), p_mul(x[0], d(x[1])), -1), p_mul(x[1], x[1]))

    def coefficients(self, p, name):
        """Return {k: coefficient of name^k} of a polynomial."""
        i, out = self.index(name), {}
        for m, c in p.items():
            out.setdefault(m[i], {})[m[:i] + (0,) + m[i + 1 :]] = c
        return out

    def subs(self, x, name, y):
        def put(p):
            out, power, at = self.constant(0), self.constant(1), 0
            for k, c in sorted(self.coefficients(p, name).items()):
                power = self.mul(power, self.power(y, k - at))
                at = k
                out = self.add(out, self.mul((c, self.one), power))
            return out

        return put(x[0]) if x[1] == self.one else self.div(put(x[0]), put(x[1]))

    def number(self, x):
        """Return the Fraction that x is, or refuse."""
        if any(p.keys() - self.one.keys() for p in x):
            raise Refused("a number is needed")
        return Fraction(sum(x[0].values())) / sum(x[1].values())

    def polynomial(self, x):
        if x[1] == self.one:
            return x[0]
        ((below, c), *more), out = x[1].items(), {}
        for m, k in x[0].items():
            m = tuple(i - j for i, j in zip(m, below))
            if more or min(m, default=0) < 0:
                raise Refused("a polynomial is needed, not a quotient")
            out[m] = Fraction(k) / c
        return out

    def univariate(self, p, name):
        """Return integer coefficients, constant first, a positive multiple of the polynomial."""
        i = self.index(name)
        if any(e for m in p for j, e in enumerate(m) if j != i):
            raise Refused(f"not a polynomial in {name} alone")
        out = [Fraction(0)] * (1 + max((m[i] for m in p), default=0))
        for m, c in p.items():
            out[m[i]] = Fraction(c)
        return primitive(out)


def primitive(coefficients):
    """Return a positive integer multiple with coprime coefficients and no leading zeros."""
    while coefficients and not coefficients[-1]:
        coefficients = coefficients[:-1]
    scale = 1
    for c in coefficients:
        scale = scale * Fraction(c).denominator // gcd(scale, Fraction(c).denominator)
    ints = [int(c * scale) for c in coefficients]
    content = gcd(*ints) if ints else 1
    return [c // content for c in ints]


# ------------------------------------------------------------------------------------- Sturm chains


def evaluate(p, x):
    total = Fraction(0)
    for c in reversed(p):
        total = total * x + c
    return total


def sturm_chain(p):
    chain = [p, primitive([k * c for k, c in enumerate(p)][1:])]
    while len(chain[-1]) > 1:
        Clock.check()
        rest, divisor = [Fraction(c) for c in chain[-2]], chain[-1]
        while len(rest) >= len(divisor):
            factor = rest[-1] / divisor[-1]
            for k, c in enumerate(divisor, len(rest) - len(divisor)):
                rest[k] -= factor * c
            rest.pop()
        rest = primitive([-c for c in rest])
        if not rest:
            break
        chain.append(rest)
    return [q for q in chain if q]


def end_sign(p, end, side):
    """Return the sign of p at an end: a Fraction, or None for the infinity on that side (-1, 1)."""
    if end is None:
        return (1 if p[-1] > 0 else -1) * (side if len(p) % 2 == 0 else 1)
    value = evaluate(p, end)
    return (value > 0) - (value < 0)


def count_roots(p, low, high):
    """Return the number of distinct real roots between two ends that are not roots themselves."""
    if not p:
        raise Refused("the zero polynomial has no isolated roots")
    if low is not None and high is not None and low > high:
        raise Refused("an interval has its ends in the wrong order")
    if not end_sign(p, low, -1) or not end_sign(p, high, 1):
        raise Refused("an end of an interval is itself a root")
    chain = sturm_chain(p)

    def changes(end, side):
        signs = [s for s in (end_sign(q, end, side) for q in chain) if s]
        return sum(a != b for a, b in zip(signs, signs[1:]))

    return changes(low, -1) - changes(high, 1)


# ------------------------------------------------------------------------------------- expressions
# Text is parsed by Python's own parser into a syntax tree, of which only numbers, names, + - * / **,
# comparisons (~= means: rounds to), and/or/not, and the functions below are accepted.

COMPARE = {ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.Lt: "__lt__", ast.LtE: "__le__",
           ast.Gt: "__gt__", ast.GtE: "__ge__"}  # fmt: skip


class Expression:
    """The value of one expression: a rational function, or a truth value for a statement."""

    def __init__(self, text, ring, lookup=None):
        if not isinstance(text, str) or len(text) > MAX_TEXT or not re.fullmatch(r"[-+*/(),.<>=!~ \w]+", text, re.A):
            raise Refused(f"cannot read the expression {str(text)[:60]!r}")
        if any(len(run) > MAX_DIGITS for run in re.findall(r"\d+", text)):
            raise Refused("a number has too many digits")
        self.ring, self.lookup, self.text = ring, lookup, text.strip().replace("~=", "in")
        try:
            self.result = self.value(ast.parse(self.text, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Refused(f"cannot read the expression {text[:60]!r}") from None

    def number(self, node):
        out = self.value(node)
        if isinstance(out, bool):
            raise Refused("a number is needed, not a statement")
        return self.ring.number(out)

    def truth(self, node):
        out = self.value(node)
        if not isinstance(out, bool):
            raise Refused("a statement is needed")
        return out

    def value(self, node):
        ring, kind = self.ring, type(node)
        if kind is ast.Constant and type(node.value) in (int, float):
            return ring.constant(Fraction(self.text[node.col_offset : node.end_col_offset]))
        if kind is ast.Name:
            return node.id == "true" if node.id in ("true", "false") else self.lookup(node.id)
        if kind is ast.UnaryOp and type(node.op) is ast.USub:
            return ring.mul(ring.constant(-1), self.value(node.operand))
        if kind is ast.UnaryOp and type(node.op) is ast.Not:
            return not self.truth(node.operand)
        if kind is ast.BinOp and type(node.op) is ast.Pow:
            base, k = self.value(node.left), self.number(node.right)
            size = max((Fraction(c).numerator.bit_length() for c in base[0].values()), default=1)
            if k.denominator != 1 or abs(k) > (400 if len(base[0]) > 1 else 9999) or size * abs(k) > 40_000:
                raise Refused("an exponent is too large or not an integer")
            return ring.power(base, int(k))
        if kind is ast.BinOp and type(node.op) in (ast.Add, ast.Sub, ast.Mult, ast.Div):
            left, right = self.value(node.left), self.value(node.right)
            if type(node.op) in (ast.Add, ast.Sub):
                return ring.add(left, right, 1 if type(node.op) is ast.Add else -1)
            return (ring.mul if type(node.op) is ast.Mult else ring.div)(left, right)
        if kind is ast.BoolOp:
            parts = [self.truth(v) for v in node.values]
            return all(parts) if type(node.op) is ast.And else any(parts)
        if kind is ast.Compare:
            return all([self.compare(*x) for x in zip([node.left, *node.comparators], node.ops, node.comparators)])
        if kind is ast.Call and type(node.func) is ast.Name and not node.keywords:
            return self.call(node.func.id, node.args)
        raise Refused("an expression uses what is not allowed")

    def compare(self, left, op, right):
        x, y = self.number(left), self.number(right)
        if type(op) in COMPARE:
            return getattr(x, COMPARE[type(op)])(y)
        literal = self.text[right.col_offset : right.end_col_offset].lstrip("-")
        if type(op) is not ast.In or not re.fullmatch(r"\d+(\.\d+)?", literal):
            raise Refused("the right side of ~= must be a literal")
        return abs(x - y) * 2 <= Fraction(1, 10 ** len(literal.partition(".")[2]))

    def call(self, name, nodes):
        ring = self.ring
        if (name, len(nodes)) in (("diff", 2), ("subs", 3), ("coeff", 3)) and type(nodes[1]) is ast.Name:
            inner, variable = self.value(nodes[0]), nodes[1].id
            if name == "diff":
                return ring.diff(inner, variable)
            if name == "subs":
                return ring.subs(inner, variable, self.value(nodes[2]))
            parts = ring.coefficients(ring.polynomial(inner), variable)
            return (parts.get(self.number(nodes[2]), {}), ring.one)
        x = [self.number(node) for node in nodes]
        rules = {"abs": abs, "percent": lambda y: 100 * y, "floor": lambda y: y // 1, "ceil": lambda y: -(-y // 1),
                 "round": rounded, "min": lambda *y: min(y), "max": lambda *y: max(y)}  # fmt: skip
        if name not in rules or not 1 <= len(x) <= (1 if name in ("abs", "percent", "floor", "ceil") else 9):
            raise Refused(f"unknown function {name!r} in an expression")
        return ring.constant(Fraction(rules[name](*x)))


def rounded(x, k=0):
    """Round half away from zero to k decimals."""
    if abs(k) > 1000 or Fraction(k).denominator != 1:
        raise Refused("round to too many digits")
    unit = Fraction(10) ** int(k)
    return Fraction((abs(x) * unit + Fraction(1, 2)) // 1) / unit * (1 if x >= 0 else -1)


# ------------------------------------------------- expectations of trace words (Gaussian integration)
# A word is a string over v (V), t (V transposed), w (W = XX^T); a state is a sorted tuple of words.

FLIP = str.maketrans("vt", "tv")


def canonical(word):
    other = word.translate(FLIP)[::-1]
    return min(min(x[i:] + x[:i] for i in range(len(x))) for x in (word, other)) if word else ""


class Words:
    """E of products of traces of words, by integration by parts on one factor of W."""

    def __init__(self, ring, trace, order, n):
        self.ring, self.trace, self.order, self.n, self.memo = ring, trace, order, n, {}

    def truncate(self, x):
        if self.order is None:
            return x
        i = self.ring.index("s")
        return ({m: c for m, c in x[0].items() if m[i] <= self.order}, x[1])

    def expect(self, words):
        Clock.check()
        state = tuple(sorted(canonical(w) for w in words))
        if state in self.memo:
            return self.memo[state]
        k = next((k for k, w in enumerate(state) if "w" in w), None)
        if k is None:
            out = self.ring.constant(1)
            for word in state:
                out = self.truncate(self.ring.mul(out, self.trace(word)))
        else:
            word, rest = state[k], state[:k] + state[k + 1 :]
            i = word.index("w")
            u = word[i + 1 :] + word[:i]  # tr(W u)
            out = self.ring.mul(self.n, self.expect((u, *rest)))
            for j, letter in enumerate(u):
                if letter == "w":
                    p, q = u[:j], u[j + 1 :]
                    out = self.ring.add(out, self.expect((p.translate(FLIP)[::-1] + "w" + q, *rest)))
                    out = self.ring.add(out, self.expect(("w" + p, q, *rest)))
            for m, other in enumerate(rest):
                less = rest[:m] + rest[m + 1 :]
                for j, letter in enumerate(other):
                    if letter == "w":
                        r = other[j + 1 :] + other[:j]
                        out = self.ring.add(out, self.expect(("w" + u + r, *less)))
                        out = self.ring.add(out, self.expect(("w" + r + u.translate(FLIP)[::-1], *less)))
        self.memo[state] = out
        return out


def loss(words, layers, noise):
    """Return E|(I-VS)^L|_F^2 + (noise/n) E tr(Q S Q^T), Q = sum_{k<L} (I-VS)^k V."""
    ring, total = words.ring, words.ring.constant(0)
    for i in range(layers + 1):
        for j in range(layers + 1):
            c = ring.constant((-1) ** (i + j) * comb(layers, i) * comb(layers, j))
            term = ring.div(words.expect(["vw" * i + "wt" * j]), ring.power(words.n, i + j))
            total = ring.add(total, ring.mul(c, term))
    if noise is not None:
        for i in range(layers):
            for j in range(layers):
                c = (-1) ** (i + j) * comb(layers, i + 1) * comb(layers, j + 1)
                term = words.expect(["vw" * i + "vwt" + "wt" * j])
                term = ring.div(ring.mul(noise, term), ring.power(words.n, i + j + 2))
                total = ring.add(total, ring.mul(ring.constant(c), term))
    return total


def matrix_trace(ring, matrix):
    """Return the function word in V, V^T -> trace, for an explicit matrix V."""
    d, memo = len(matrix), {}

    def product(word):
        if word not in memo:
            if not word:
                memo[word] = [[ring.constant(int(i == j)) for j in range(d)] for i in range(d)]
            else:
                left = product(word[:-1])
                right = matrix if word[-1] == "v" else [list(row) for row in zip(*matrix)]
                memo[word] = matrix_product(ring, left, right)
        return memo[word]

    def trace(word):
        total, m = ring.constant(0), product(word)
        for i in range(d):
            total = ring.add(total, m[i][i])
        return total

    return trace


def matrix_product(ring, left, right):
    out = []
    for row in left:
        line = []
        for column in zip(*right):
            total = ring.constant(0)
            for x, y in zip(row, column):
                total = ring.add(total, ring.mul(x, y))
            line.append(total)
        out.append(line)
    return out


def variation_trace(ring, direction, d):
    """V = aI + sK, K skew or traceless symmetric of norm 1: traces to second order in s."""
    a, s = ring.variable("a"), ring.variable("s")
    epsilon = {"v": 1, "t": -1 if direction == "skew" else 1}
    square = -1 if direction == "skew" else 1  # tr K^2

    def trace(word):
        m = len(word)
        pairs = sum(epsilon[x] * epsilon[y] for i, x in enumerate(word) for y in word[:i])
        out = ring.mul(d, ring.power(a, m))
        if pairs:
            second = ring.mul(ring.power(a, m - 2), ring.mul(s, s))
            out = ring.add(out, ring.mul(ring.constant(square * pairs), second))
        return out

    return trace


# --------------------------------------------------------------------------------------- step kinds


def get(step, key, kind=str):
    value = step.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Refused(f"field {key!r} is missing or of the wrong type")
    return value


def rational(text):
    if not isinstance(text, str) or not re.fullmatch(r"-?\d{1,4000}(/[1-9]\d{0,3999})?", text):
        raise Refused(f"not a rational number: {str(text)[:40]!r}")
    return Fraction(text)


def ends(pair):
    if not isinstance(pair, list) or len(pair) != 2:
        raise Refused("a range needs two ends")
    low = None if pair[0] == "-oo" else rational(pair[0])
    return low, None if pair[1] == "oo" else rational(pair[1])


def range_text(domain):
    def one(name):
        low, high = domain[name]
        return f"{name} in {'(' if low == '-oo' else '['}{low}, {high}{')' if high == 'oo' else ']'}"

    return ", ".join(one(name) for name in sorted(domain))


class Scope:
    """The steps of one certificate, or of one case of it, and what they have established."""

    def __init__(self, certificate, parent=None, case=()):
        self.certificate, self.parent, self.case = certificate, parent, case
        self.ring = certificate.ring
        self.names, self.used, self.sentences, self.arguments = {}, set(), {}, set()

    def lookup(self, name):
        if name in self.names:
            self.used.add(name)
            return self.names[name]
        if self.parent is None:
            if name not in self.ring.names:
                raise Refused(f"unknown name {name[:40]!r}")
            return self.ring.variable(name)
        out = self.parent.lookup(name)
        return self.ring.subs(out, self.case[0], self.ring.constant(self.case[1]))

    def value(self, text):
        out = Expression(text, self.ring, self.lookup).result
        if isinstance(out, bool):
            raise Refused("an expression is needed, not a statement")
        return out

    def poly(self, text):
        return self.ring.polynomial(self.value(text))

    def bind(self, name, value, sentence):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name) or name in self.ring.names or name in self.names:
            raise Refused(f"{name!r} is no name, or is taken")
        self.names[name] = value
        return f"{name} := {sentence}"

    def computed_value(self, step, value, sentence):
        """Bind a derived quantity after comparing it with the value that the certificate states."""
        if not self.ring.equal(value, self.value(get(step, "value"))):
            raise Refused("the value stated is not the value derived")
        return self.bind(get(step, "name"), value, sentence)

    def run(self, steps):
        if not isinstance(steps, list):
            raise Refused("steps must be a list")
        for number, step in enumerate(steps, 1):
            try:
                self.add(step)
            except Refused as problem:
                kind = str(step.get("kind"))[:20] if isinstance(step, dict) else "?"
                raise Refused(f"step {number} ({kind}): {problem}") from None
        stated = {s.partition(" := ")[0] for s in self.certificate.needed if " := " in s}
        for name in self.names.keys() - self.used - stated:
            raise Refused(f"the definition of {name!r} is not used")

    def add(self, step):
        """Verify one step and return its sentences."""
        kind = step.get("kind") if isinstance(step, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            raise Refused(f"unknown step kind {str(kind)[:40]!r}")
        out = getattr(self, kind)(step)
        out = out if isinstance(out, list) else [out]
        self.sentences.update({sentence: kind for sentence in out})
        return out

    # Each rule returns the sentence that it has verified.

    def loss(self, step):
        ring, layers, rows = self.ring, get(step, "layers", int), get(step, "V", list)
        if not 1 <= layers <= 4 or not 1 <= len(rows) <= 4 or any(len(r) != len(rows) for r in rows):
            raise Refused("layers must be 1..4 and V square of size 1..4")
        trace = matrix_trace(ring, [[self.value(x) for x in row] for row in rows])
        noise = self.value(step["noise"]) if "noise" in step else None
        value = loss(Words(ring, trace, None, ring.variable("n")), layers, noise)
        shown = "; ".join(", ".join(row) for row in rows)
        extra = f", noise={step['noise']}" if noise else ""
        return self.computed_value(step, value, f"loss(layers={layers}, V=[{shown}]{extra})")

    def variation(self, step):
        ring, layers, direction = self.ring, get(step, "layers", int), get(step, "direction")
        if not 1 <= layers <= 4 or direction not in ("skew", "symmetric"):
            raise Refused("layers must be 1..4, direction skew or symmetric")
        trace = variation_trace(ring, direction, self.value(get(step, "d")))
        value = loss(Words(ring, trace, 2, ring.variable("n")), layers, None)
        sentence = f"loss(layers={layers}, V=aI+sK, K {direction} of norm 1, d={step['d']}) + O(s^3)"
        return self.computed_value(step, value, sentence)

    def moment(self, step):
        powers = get(step, "powers", list)
        if not all(isinstance(k, int) and 0 < k <= 12 for k in powers) or not 0 < sum(powers) <= 12:
            raise Refused("powers must be positive integers of sum at most 12")
        d, n = self.value(get(step, "d")), self.value(get(step, "n"))
        words = Words(self.ring, lambda word: d, None, n)
        value, shown = words.expect(["w" * k for k in powers]), ", ".join(map(str, powers))
        return self.computed_value(step, value, f"E prod tr W^k, k = {shown}, d={step['d']}, n={step['n']}")

    def chi(self, step):
        power, m = get(step, "power", int), self.value(get(step, "m"))
        if abs(power) > 200:
            raise Refused("the power is too large")
        value = self.ring.constant(1)
        for k in range(1, abs(power) + 1):
            shift = 2 * k - 2 if power > 0 else -2 * k
            factor = self.ring.add(m, self.ring.constant(shift))
            value = (self.ring.mul if power > 0 else self.ring.div)(value, factor)
        return self.computed_value(step, value, f"E X^{power}, X ~ chi2({step['m']})")

    def define(self, step):
        return self.bind(get(step, "name"), self.value(get(step, "as")), step["as"])

    def identity(self, step):
        if not self.ring.equal(self.value(get(step, "left")), self.value(get(step, "right"))):
            raise Refused("the two sides are not equal")
        return f"{step['left']} == {step['right']}"

    def sign(self, step):
        relation, domain, method = get(step, "relation"), get(step, "domain", dict), get(step, "method")
        if relation not in (">", ">=", "<", "<="):
            raise Refused(f"unknown relation {relation!r}")
        if any(name not in self.ring.names for name in domain):
            raise Refused("a range is given for something that is no variable")
        p = self.poly(get(step, "of"))
        p = p if relation[0] == ">" else {m: -c for m, c in p.items()}
        strict, ranges = len(relation) == 1, {name: ends(pair) for name, pair in domain.items()}
        self.positive(p, strict, ranges, method, step)
        return f"{step['of']} {relation} 0 for {range_text(domain)}"

    def positive(self, p, strict, ranges, method, step):
        ring = self.ring
        if method == "shift":
            self.shifted(p, strict, ranges)
        elif method == "sturm":
            (name,) = ranges
            q, (low, high) = ring.univariate(p, name), ranges[name]
            if not strict or not q or count_roots(q, low, high) or end_sign(q, low, -1) != 1:
                raise Refused("Sturm's theorem does not give that sign")
        elif method == "squares":  # multiplier * p = sum of weight * base^2
            free = {v: r for v, r in ranges.items() if r != (None, None)}
            factor, total = ring.polynomial(self.value(step.get("multiplier", "1"))), ring.constant(0)
            self.shifted(factor, True, free)
            for k, (weight, base) in enumerate(get(step, "terms", list)):
                w, b = self.value(weight), self.value(base)
                self.shifted(ring.polynomial(w), strict and k == 0, free)
                if strict and k == 0 and not ring.equal(b, ring.constant(1)):
                    raise Refused("for a strict sign the first square must be 1")
                total = ring.add(total, ring.mul(w, ring.mul(b, b)))
            if not ring.equal(total, (p_mul(factor, p), ring.one)):
                raise Refused("the sum of squares is not the polynomial")
        else:
            raise Refused(f"unknown method {str(method)[:20]!r}")

    def shifted(self, p, strict, ranges):
        """Prove p > 0 (or >= 0) on a box: non-negative coefficients after x = low + y, x = high - y,
        or x = (low + high y)/(1 + y)."""
        ring, corners = self.ring, [{}]
        for name, (low, high) in ranges.items():
            x, i = ring.variable(name), ring.index(name)
            degree = max((m[i] for m in p), default=0)
            if low is None and high is None:
                raise Refused(f"the shift method needs a finite end for {name}")
            if low is not None and high is not None:
                if low > high:
                    raise Refused("a range has its ends in the wrong order")
                one = ring.add(ring.constant(1), x)
                image = ring.add(ring.constant(low), ring.mul(ring.constant(high), x))
                total = ring.constant(0)
                for k, c in ring.coefficients(p, name).items():
                    factor = ring.mul(ring.power(image, k), ring.power(one, degree - k))
                    total = ring.add(total, ring.mul((c, ring.one), factor))
                p = total[0]
                corners = [{**c, i: e} for c in corners for e in (0, degree)]
            else:
                y = ring.add(ring.constant(low), x) if high is None else ring.add(ring.constant(high), x, -1)
                p = ring.subs((p, ring.one), name, y)[0]
        if any(c < 0 for c in p.values()):
            raise Refused("a coefficient is negative after the shift")
        if any(e and self.ring.names[i] not in ranges for m in p for i, e in enumerate(m)):
            raise Refused("a variable has no range")
        for corner in corners if strict else []:
            if not p.get(tuple(corner.get(i, 0) for i in range(len(ring.names)))):
                raise Refused("the sign is not strict at an end")

    def isolate(self, p, pair_list, whole):
        """Check that the intervals isolate all real roots of p on a range; return their number."""
        low, last = whole
        for pair in pair_list:
            a, b = ends(pair)
            if a is None or b is None or (last is not None and b > last) or (low is not None and a < low):
                raise Refused("an isolating interval leaves the range")
            if count_roots(p, a, b) != 1:
                raise Refused(f"not exactly one root in {pair}")
            low = b
        if count_roots(p, *whole) != len(pair_list):
            raise Refused("the intervals do not contain all the roots")
        return len(pair_list)

    def roots(self, step):
        name, domain = get(step, "variable"), get(step, "range", list)
        p = self.ring.univariate(self.poly(get(step, "of")), name)
        k = self.isolate(p, get(step, "intervals", list), ends(domain))
        shown = "".join(f" [{a}, {b}]" for a, b in step["intervals"])
        return f"{step['of']} has {k} real roots for {range_text({name: domain})}:{shown or ' none'}"

    def atroots(self, step):
        name, relation = get(step, "variable"), get(step, "relation")
        domain, pairs = get(step, "range", list), get(step, "intervals", list)
        p = self.ring.univariate(self.poly(get(step, "at")), name)
        q = self.ring.univariate(self.poly(get(step, "of")), name)
        self.isolate(p, pairs, ends(domain))
        for pair in pairs:
            low, high = ends(pair)
            if relation not in (">", "<") or not q or count_roots(q, low, high):
                raise Refused("the sign is not constant on an isolating interval")
            if end_sign(q, low, -1) != (1 if relation == ">" else -1):
                raise Refused(f"the sign is not {relation} at the root in {pair}")
        return f"{step['of']} {relation} 0 at the real roots of {step['at']}, {range_text({name: domain})}"

    def cases(self, step):
        name, low, high = get(step, "variable"), get(step, "from", int), get(step, "to", int)
        conclude, parts = get(step, "conclude", list), get(step, "steps", list)
        if not 0 <= high - low < 500 or len(parts) != high - low + 1 or self.parent or not conclude:
            raise Refused("cases must be a list with one entry for each value")
        for value, steps in zip(range(low, high + 1), parts):
            inner = Scope(self.certificate, self, (name, value))
            self.ring.index(name)
            try:
                inner.run(steps)
            except Refused as problem:
                raise Refused(f"{name} = {value}: {problem}") from None
            if any(inner.sentences.get(s, "argued") in ASSUMED for s in conclude):
                raise Refused(f"{name} = {value}: a conclusion is not established")
        return [f"for {name} = {low}..{high}: {s}" for s in conclude]

    def series(self, step):
        powers = [rational(p) for p in get(step, "exponents", list)]
        first = next((p for p in powers if p != 1), Fraction(1))
        found = "converges" if first > 1 else "diverges"
        if found != get(step, "result") or not 1 <= len(powers) <= 8:
            raise Refused(f"the series {found}")
        return f"sum 1/(t, log t, log log t, ... to the powers {', '.join(step['exponents'])}) {found}"

    def arithmetic(self, step):
        test, text = get(step, "test"), get(step, "test")
        for call, value in get(step, "values", list):
            rational(value)
            if call not in text or f"{call} = {value}" not in self.sentences:
                raise Refused(f"the value of {str(call)[:60]!r} has no support")
            text = text.replace(call, f"({value})")
        if Expression(text, Ring([])).result is not True:
            raise Refused("the statement is false")
        return test

    def depends(self, step):
        sentences = get(step, "sentences", list)
        other = self.certificate.other(get(step, "id"), get(step, "sha256"))
        for sentence in sentences:
            if other.scope.sentences.get(sentence, "argued") in ASSUMED:
                raise Refused(f"{step['id']} does not establish {str(sentence)[:80]!r}")
            name, _, rest = sentence.partition(" := ")
            if rest:
                self.bind(name, self.certificate.translate(other, other.scope.names[name]), rest)
                self.used.add(name)
        return sentences

    def cited(self, step):
        for hypothesis in get(step, "hypotheses", list):
            text, by = get(hypothesis, "text"), get(hypothesis, "by")
            known = by in self.sentences or by in self.arguments or by in self.certificate.hypotheses
            if not text or not known:
                raise Refused(f"the hypothesis {text[:60]!r} of {step.get('id')} has no support")
        self.certificate.assume("cited", get(step, "id"))
        return f"cited: {step['id']}"

    def argued(self, step):
        if len(get(step, "text")) < 20:
            raise Refused("an argument must be given in full")
        self.certificate.assume("argued", self.certificate.id)
        self.arguments.add(f"argued: {get(step, 'name')}")
        return f"argued: {step['name']}"

    def computed(self, step):
        routes = get(step, "routes", list)
        if len(set(routes)) < 2 or not get(step, "text"):
            raise Refused("a computed step must name two independent routes")
        self.certificate.assume("computed", self.certificate.id)
        return get(step, "sentence")


KINDS = set("loss variation moment chi define identity sign roots atroots cases series arithmetic "
            "depends cited argued computed".split())  # fmt: skip


# ------------------------------------------------------------------------------- certificates, files


def digest(data):
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read_json(path):
    """Read one bounded JSON file; refuse links, duplicate keys, floats and deep nesting."""
    if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > MAX_BYTES:
        raise Refused("not a regular file of at most 8 MB")

    def pairs(items):
        if len({k for k, _ in items}) != len(items):
            raise Refused("a key occurs twice")
        return dict(items)

    def number(text):
        if len(text) > 12:
            raise Refused("an integer is too long (large ones are strings)")
        return int(text)

    def no_float(text):
        raise Refused(f"{text[:20]!r} is not an exact number")

    with open(path, "rb") as file:
        raw = file.read(MAX_BYTES + 1)
    depth = 0
    for byte in re.sub(rb'"(?:[^"\\]|\\.)*"', b"", raw):
        depth += (byte in b"[{") - (byte in b"]}")
        if depth > MAX_DEPTH:
            raise Refused("nested too deeply")
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_int=number,
                          parse_float=no_float, parse_constant=no_float)  # fmt: skip
    except (ValueError, RecursionError) as problem:
        raise Refused(f"not JSON: {str(problem)[:80]}") from None


class Store:
    """The certificates of a folder (or of a dict), each checked once; ``book``: what they must claim."""

    def __init__(self, folder, book=None):
        self.folder, self.book, self.done, self.path = folder, book, {}, []

    def get(self, name):
        if name in self.path:
            raise Refused(f"certificates depend on each other in a circle: {' -> '.join([*self.path, name])}")
        if name not in self.done:
            self.path.append(name)
            try:
                inside = isinstance(self.folder, dict)
                data = self.folder.get(name) if inside else read_json(os.path.join(self.folder, name + ".json"))
                self.done[name] = Certificate(self, name, data)
            except Refused as problem:
                self.done[name] = problem
            finally:
                self.path.pop()
        if isinstance(self.done[name], Refused):
            raise self.done[name]
        return self.done[name]


class Certificate:
    """One certificate, checked when it is built."""

    def __init__(self, store, name, data):
        self.store, self.assumptions, book = store, set(), store.book
        if not isinstance(data, dict) or set(data) != {"format", "claim", "variables", "steps", "sha256"}:
            raise Refused("a certificate has the keys format, claim, variables, steps, sha256")
        if data["format"] != FORMAT:
            raise Refused(f"the format is not {FORMAT!r}")
        claim, variables = data["claim"], data["variables"]
        if not isinstance(claim, dict) or claim.get("id") != name:
            raise Refused("the id of the claim is not the name of the file")
        if data["sha256"] != {"claim": digest(claim), "steps": digest([variables, data["steps"]])}:
            raise Refused("a hash does not agree")
        if not isinstance(variables, list) or len(variables) > 40 or not all(
            isinstance(v, str) and re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", v) for v in variables
        ) or len(set(variables)) != len(variables):  # fmt: skip
            raise Refused("variables must be distinct names")
        self.id, self.claim, self.ring, self.digest = name, claim, Ring(variables), digest(data)
        self.hypotheses = {f"given: {h}" for h in get(claim, "hypotheses", list)}
        params = get(claim, "params", dict)
        self.needed = [fill(s, params) for s in get(claim, "proves", list)]
        if claim.get("test"):
            self.needed.append(claim["test"])
        if not self.needed:
            raise Refused("the claim does not say which sentences its certificate must establish")
        if book is not None and book.get(name) != claim:
            raise Refused("the claim is not the one in the book")
        self.scope = Scope(self)
        self.scope.run(data["steps"])
        for sentence in self.needed:
            if sentence not in self.scope.sentences:
                raise Refused(f"the sentence {sentence[:120]!r} is not established")
        self.steps = len(data["steps"])

    def assume(self, kind, name):
        self.assumptions.add(f"{kind}:{name}")

    def other(self, name, sha256):
        if not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name):
            raise Refused("a dependency is no claim id")
        try:
            other = self.store.get(name)
        except Refused as problem:
            raise Refused(f"dependency {name}: {problem}") from None
        if other.digest != sha256:
            raise Refused(f"dependency {name}: the hash does not agree")
        self.assumptions |= other.assumptions
        return other

    def translate(self, other, value):
        ring = self.ring
        index = [ring.names.index(v) if v in ring.names else None for v in other.ring.names]

        def move(p):
            out = {}
            for m, c in p.items():
                e = [0] * len(ring.names)
                for i, k in zip(index, m):
                    if k and i is None:
                        raise Refused("a definition taken over uses a variable that is not declared")
                    if k:
                        e[i] = k
                out[tuple(e)] = c
            return out

        return move(value[0]), move(value[1])


def fill(template, params):
    if not isinstance(template, str):
        raise Refused("a sentence must be text")
    return re.sub(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}", lambda m: str(params.get(m[1], m[0])), template)


def check_folder(folder, book=None, seconds=120.0, only=None):
    """Check every certificate of a folder; yield (id, accepted, message)."""
    names, store = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json")), Store(folder, book)
    for name in names if only is None else only:
        Clock.end = time.monotonic() + seconds
        try:
            certificate = store.get(name)
        except Refused as problem:
            yield name, False, str(problem)
        except (RecursionError, MemoryError, TypeError, ValueError, KeyError, AttributeError, OSError) as problem:
            yield name, False, f"malformed ({type(problem).__name__})"
        else:
            modulo = ", ".join(sorted(certificate.assumptions))
            yield name, True, "checked" + (f" modulo {modulo}" if modulo else "")


def read_book(folder):
    """Return {id: the claim as certificates state it} from the TOML files of a book."""
    import tomllib

    defaults = {"kind": "number", "title": "", "statement": "", "hypotheses": [], "check": None, "params": {},
                "test": None, "proves": [], "states": [], "uses": [], "mutants": [], "floor": "exact",
                "expect": "confirmed", "not_checkable": None}  # fmt: skip
    out = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".toml"):
            with open(os.path.join(folder, name), "rb") as file:
                for entry in tomllib.load(file).get("claim", []):
                    claim = {k: entry.get(k, v) for k, v in defaults.items()}
                    out[entry["id"]] = {"id": entry["id"], **claim}
    return out


def main(arguments):
    options = {"--book": None, "--limit": "120"}
    while len(arguments) > 2 and arguments[-2] in options:
        options[arguments[-2]] = arguments[-1]
        arguments = arguments[:-2]
    if len(arguments) != 1 or not os.path.isdir(arguments[0]):
        print(__doc__.partition("\n\n")[2].partition("\n")[0], file=sys.stderr)
        return 2
    book, folder = options["--book"] and read_book(options["--book"]), arguments[0]
    bad = total = 0
    for name, accepted, message in check_folder(folder, book, float(options["--limit"])):
        print(f"{'accepted' if accepted else 'REFUSED '}  {name}: {message}")
        total, bad = total + 1, bad + (not accepted)
        if accepted and book is None:
            claim = read_json(os.path.join(folder, name + ".json"))["claim"]
            print(f"          states (not compared with a book): {fill(str(claim.get('statement')), claim['params'])}")
    print(f"{total - bad} accepted, {bad} refused")
    return 1 if bad else 0 if total else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
