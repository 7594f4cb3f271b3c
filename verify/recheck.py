"""Independent checker of certificates: one file, standard library only, exact rationals only.

Run alone:  python -I recheck.py DIR [--book BOOK_DIR] [--limit SECONDS]

A certificate is a JSON file: the claim, a list of variables, and a list of steps.  Every step of a
checked kind is re-derived here from rational arithmetic and yields a *sentence*.  The certificate is
accepted when every step holds, every definition is used, every sentence that the claim says it
proves was derived, and the hashes agree.  A name in such a sentence must be pinned down by the claim:
its definition is among the sentences, or comes from a claim listed under ``uses``, or the claim says
"exists NAME" (any value that fits will do); "all NAME" says that it is a variable.  With --book, each claim must be the one of the book.
Nothing is searched for and no tolerance exists.  The step kinds, a closed list:

kind        what is verified                                              sentence
----------  ------------------------------------------------------------  ---------------------------
loss        E|(I-VS)^L|^2, S=W/n, re-derived by Gaussian integration by    NAME := loss(layers=L, V=..)
            parts on cyclic trace words; with noise, its addition too
variation   the same at V = aI + sK to second order in s, any dimension d  NAME := loss(.., V=aI+sK, ..)
moment      E of a product of traces tr W^k, W Wishart (n, d)              NAME := E prod tr W^k, k = ..
chi         E X^k for X chi-square with m degrees of freedom               NAME := E X^k, X ~ chi2(m)
define      a name for a rational function (diff, subs, coeff allowed)     NAME := EXPRESSION
identity    two rational functions are equal (as quotients of polynomials) LEFT == RIGHT
sign        a sign on a range: coefficients after a shift, Sturm, or a     EXPR > 0 for x in [lo, hi]
            sum of squares with non-negative weights
cover       on each part of a subdivided box an alternative holds         P >= 0 or Q >= 0 for x in ..
roots       all distinct real roots on a range, isolated (Sturm)           EXPR has k real roots for ..
atroots     the sign of one polynomial at all real roots of another        EXPR > 0 at the real roots ..
cases       the same sentences for each integer value of a variable        for n = 1..14: SENTENCE
series      convergence of sum 1/(t^p0 log(t)^p1 loglog(t)^p2 ...)         sum 1/(...) diverges
arithmetic  a statement about rational numbers, evaluated                  the statement
depends     sentences, and the names in them, of another certificate       those sentences
cited       a classical theorem; each hypothesis names its support         cited: ID     (not checked)
argued      an argument in words                                           argued: NAME  (not checked)
computed    a computation that is too large to repeat here                 computed: ... (not checked)
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import operator
import os
import re
import sys
import time
from fractions import Fraction
from itertools import pairwise
from math import comb, gcd, lcm

FORMAT = "theorem-certificate 1"
MAX_BYTES, MAX_DEPTH, MAX_TEXT = 8_000_000, 24, 400_000  # of a file; of an expression
MAX_TERMS, MAX_BITS, MAX_DEGREE, MAX_PRODUCTS = 200_000, 100_000, 500, 10_000_000  # of a polynomial
ASSUMED = ("cited: ", "argued: ", "computed: ")  # what is listed but not checked
ID, NAME = r"[a-z0-9]+(?:[.-][a-z0-9]+)*", r"[A-Za-z_][A-Za-z_0-9]*"
FUNCTIONS = {"diff", "subs", "coeff", "abs", "percent", "floor", "ceil", "round", "min", "max"}
RESERVED = FUNCTIONS | set("true false and or not in is for at the real roots has none exists all given loss oo".split())


class Refused(Exception):
    """The certificate is not accepted; the text is the one-line reason."""


def refuse_if(condition, reason):
    if condition:
        raise Refused(reason)


class Clock:
    """A deadline, asked for in every inner loop."""

    end = float("inf")

    @staticmethod
    def check():
        refuse_if(time.monotonic() > Clock.end, "takes longer than the time limit (see --limit)")


# ------------------------------------------------------------ polynomials {exponents: coefficient}


def p_add(p, q, factor=1):
    Clock.check()
    out = dict(p)
    for m, c in q.items():
        out[m] = out.get(m, 0) + factor * c
        if not out[m]:
            del out[m]
    return out


def p_mul(p, q):
    def bits(p):
        return max((c.numerator.bit_length() + c.denominator.bit_length() for c in p.values()), default=0)

    refuse_if(bits(p) + bits(q) > MAX_BITS or len(p) * len(q) > MAX_PRODUCTS, "a polynomial grows too large")
    out, p, q = {}, *sorted((p, q), key=len)
    for m1, c1 in p.items():
        Clock.check()
        for m2, c2 in q.items():
            m = tuple(map(operator.add, m1, m2))
            out[m] = out.get(m, 0) + c1 * c2
        refuse_if(len(out) > MAX_TERMS, "a polynomial grows too large")
    return {m: c for m, c in out.items() if c}


class Quotient:
    """A quotient of two polynomials, never reduced; the divisor is not the zero polynomial."""

    def __init__(self, ring, top, under):
        self.ring, self.top, self.under = ring, top, under

    def lift(self, other):
        return other if isinstance(other, Quotient) else self.ring.constant(other)

    def __add__(self, other, factor=1):
        other, ring = self.lift(other), self.ring
        if self.under == other.under:
            return Quotient(ring, p_add(self.top, other.top, factor), self.under)
        top = p_add(p_mul(self.top, other.under), p_mul(other.top, self.under), factor)
        return Quotient(ring, top, p_mul(self.under, other.under))

    def __sub__(self, other):
        return self.__add__(other, -1)

    def __mul__(self, other):
        other = self.lift(other)
        return Quotient(self.ring, p_mul(self.top, other.top), p_mul(self.under, other.under))

    def __truediv__(self, other):
        other, one = self.lift(other), self.ring.one
        refuse_if(not other.top, "division by zero")
        if other.top.keys() == one.keys() and other.under == one:
            (c,) = other.top.values()
            return self * Fraction(1, c)
        return Quotient(self.ring, p_mul(self.top, other.under), p_mul(self.under, other.top))

    def __pow__(self, k):
        if k < 0:
            return (self.ring.constant(1) / self) ** -k
        if k * max(map(sum, [*self.top, *self.under])) > 10_000 or (
            k > MAX_DEGREE and max(len(self.top), len(self.under)) > 1):  # fmt: skip
            raise Refused("an exponent is too large")
        out, x = self.ring.constant(1), self
        while k:
            out = out * x if k & 1 else out
            k >>= 1
            x = x * x if k else x
        return out

    def equals(self, other):
        return p_mul(self.top, other.under) == p_mul(other.top, self.under)

    def number(self):
        """Return the Fraction that this is, or refuse."""
        one = self.ring.one.keys()
        refuse_if(self.top.keys() - one or self.under.keys() - one, "a number is needed")
        return Fraction(sum(self.top.values())) / sum(self.under.values())

    def polynomial(self):
        """Return the polynomial that this is (the divisor may be a monomial), or refuse."""
        ((below, c), *more), out = self.under.items(), {}
        for m, k in self.top.items():
            m = tuple(map(operator.sub, m, below))
            refuse_if(more or min(m, default=0) < 0, "a polynomial is needed, not a quotient")
            out[m] = Fraction(k) / c
        return out


class Ring:
    """Polynomials and their quotients in named variables."""

    def __init__(self, variables):
        self.names = variables
        self.one = {(0,) * len(variables): 1}

    def constant(self, c):
        return Quotient(self, dict.fromkeys(self.one, c) if c else {}, self.one)

    def variable(self, name):
        return Quotient(self, {tuple(int(v == name) for v in self.names): 1}, self.one)

    def index(self, name):
        refuse_if(name not in self.names, f"unknown variable {str(name)[:40]!r}")
        return self.names.index(name)

    def diff(self, x, name):
        i = self.index(name)

        def d(p):
            return {(*m[:i], m[i] - 1, *m[i + 1 :]): c * m[i] for m, c in p.items() if m[i]}

        if x.under == self.one:
            return Quotient(self, d(x.top), self.one)
        return Quotient(self, p_add(p_mul(d(x.top), x.under), p_mul(x.top, d(x.under)), -1), p_mul(x.under, x.under))

    def coefficients(self, p, name):
        """Return {k: coefficient of name^k} of a polynomial."""
        i, out = self.index(name), {}
        for m, c in p.items():
            out.setdefault(m[i], {})[(*m[:i], 0, *m[i + 1 :])] = c
        return out

    def replace(self, p, name, up, down):
        """Return down^k p(name = up/down), k the degree of p in name, and down^k."""
        parts = self.coefficients(p, name)
        ups, downs, out = [self.one], [self.one], {}
        refuse_if(max(parts, default=0) > MAX_DEGREE, "an exponent is too large")
        for _ in range(max(parts, default=0)):
            ups.append(p_mul(ups[-1], up))
            downs.append(p_mul(downs[-1], down))
        for k, c in parts.items():
            out = p_add(out, p_mul(c, p_mul(ups[k], downs[-1 - k])))
        return out, downs[-1]

    def subs(self, x, name, y):
        top, under = (Quotient(self, *self.replace(p, name, y.top, y.under)) for p in (x.top, x.under))
        return top / under

    def univariate(self, p, name):
        """Return integer coefficients, constant first, of a positive multiple of the polynomial."""
        i = self.index(name)
        refuse_if(any(e for m in p for j, e in enumerate(m) if j != i), f"not a polynomial in {name} alone")
        degree = max((m[i] for m in p), default=0)
        refuse_if(degree > MAX_DEGREE, "the degree is too large")
        by_power = {m[i]: c for m, c in p.items()}
        return primitive([Fraction(by_power.get(k, 0)) for k in range(degree + 1)])


# ------------------------------------------------- polynomials in one variable, and Sturm's theorem


def primitive(coefficients):
    """Return a positive integer multiple with coprime coefficients and no leading zeros."""
    while coefficients and not coefficients[-1]:
        coefficients = coefficients[:-1]
    scale = lcm(*(c.denominator for c in coefficients))
    ints = [int(c * scale) for c in coefficients]
    return [c // gcd(*ints) for c in ints]


def sturm_chain(p):
    chain = [p, primitive([k * c for k, c in enumerate(p)][1:])]
    while len(chain[-1]) > 1:
        rest, divisor = [Fraction(c) for c in chain[-2]], chain[-1]
        while len(rest) >= len(divisor):
            Clock.check()
            factor = rest[-1] / divisor[-1]
            for k, c in enumerate(divisor, len(rest) - len(divisor)):
                rest[k] -= factor * c
            rest.pop()
        chain.append(primitive([-c for c in rest]))
        refuse_if(any(c.bit_length() > 10 * MAX_BITS for c in chain[-1]), "a number grows too large")
    return [q for q in chain if q]


def sign_at(p, end, side):
    """Return the sign of p at an end: a rational, or None for the infinity on that side (-1, 1)."""
    if end is None:
        return (1 if p[-1] > 0 else -1) * (side if len(p) % 2 == 0 else 1)
    value = Fraction(0)
    for c in reversed(p):
        value = value * end + c
    return (value > 0) - (value < 0)


def count_roots(p, low, high):
    """Return the number of distinct real roots between two ends that are not roots themselves."""
    refuse_if(not p, "the zero polynomial has no isolated roots")
    refuse_if(low is not None and high is not None and low > high, "an interval has its ends in the wrong order")
    refuse_if(not sign_at(p, low, -1) or not sign_at(p, high, 1), "an end of an interval is itself a root")
    chain = sturm_chain(p)

    def changes(end, side):
        signs = [s for s in (sign_at(q, end, side) for q in chain) if s]
        return sum(a != b for a, b in pairwise(signs))

    return changes(low, -1) - changes(high, 1)


def isolate(p, pairs, low, high):
    """Check that the intervals isolate all real roots of p between low and high; return their number."""
    before = low
    for pair in pairs:
        a, b = ends(pair)
        if a is None or b is None or (high is not None and b > high) or (before is not None and a < before):
            raise Refused("an isolating interval leaves the range")
        refuse_if(count_roots(p, a, b) != 1, "not exactly one root in an isolating interval")
        before = b
    refuse_if(count_roots(p, low, high) != len(pairs), "the intervals do not contain all the roots")
    return len(pairs)


# ------------------------------------------------------------------------------------- expressions
# Text is parsed by Python's own parser into a syntax tree, of which only numbers, names, + - * / **,
# comparisons (~= means: rounds to), and/or/not, and FUNCTIONS are accepted.

ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
COMPARE = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
           ast.Gt: operator.gt, ast.GtE: operator.ge}  # fmt: skip


class Expression:
    """``result``: a Quotient, or the truth value of a statement.  ``values``: {source of a call: number}."""

    def __init__(self, text, ring, scope=None, values=()):
        allowed = r"[-+*/(),.<>=!~ \w]+" if not values else r"[-+*/(),.<>=!~ \w\[\]'\"]+"
        unreadable = f"cannot read the expression {str(text)[:60]!r}"
        refuse_if(not isinstance(text, str) or len(text) > MAX_TEXT or not re.fullmatch(allowed, text, re.A), unreadable)
        numbers = re.findall(r"(?<!\w)\d[\w.]*", text)
        plain_numbers = all(re.fullmatch(r"\d{1,4000}(\.\d{1,4000})?", run) for run in numbers)
        refuse_if(re.search(r"\bin\b", text) or not plain_numbers, unreadable)
        self.ring, self.scope, self.values = ring, scope, dict(values)
        self.text = text.strip().replace("~=", " in ")
        try:
            tree = ast.parse(self.text, mode="eval").body
            whole = isinstance(tree, (ast.Compare, ast.BoolOp)) or self.source(tree).startswith(("not ", "true", "false"))
            self.result = self.truth(tree) if whole else self.value(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Refused(unreadable) from None

    def source(self, node):
        return self.text[node.col_offset : node.end_col_offset]

    def number(self, node):
        return self.value(node).number()

    def value(self, node):
        kind = type(node)
        if kind is ast.Constant and type(node.value) in (int, float):
            return self.ring.constant(Fraction(self.source(node)))
        if kind is ast.Name and self.scope:
            return self.scope.lookup(node.id)
        if kind is ast.UnaryOp and type(node.op) is ast.USub:
            return self.value(node.operand) * -1
        if kind is ast.BinOp and type(node.op) is ast.Pow:
            base, k = self.value(node.left), self.number(node.right)
            refuse_if(k.denominator != 1 or abs(k) > 10_000, "an exponent is too large or not an integer")
            return base ** int(k)
        if kind is ast.BinOp and type(node.op) in ARITHMETIC:
            return ARITHMETIC[type(node.op)](self.value(node.left), self.value(node.right))
        if kind is ast.Call and self.source(node) in self.values:
            return self.ring.constant(self.values[self.source(node)])
        if kind is ast.Call and type(node.func) is ast.Name and node.func.id in FUNCTIONS and not node.keywords:
            return self.call(node.func.id, node.args)
        raise Refused(f"an expression may not use {self.source(node)[:40]!r}")

    def call(self, name, nodes):
        if name in ("diff", "subs", "coeff"):
            if len(nodes) != (2 if name == "diff" else 3) or type(nodes[1]) is not ast.Name or not self.scope:
                raise Refused(f"wrong arguments of {name}")
            inner, variable = self.value(nodes[0]), self.scope.variable(nodes[1].id)
            if name == "diff":
                return self.ring.diff(inner, variable)
            if name == "subs":
                return self.ring.subs(inner, variable, self.value(nodes[2]))
            parts = self.ring.coefficients(inner.polynomial(), variable)
            return Quotient(self.ring, parts.get(self.number(nodes[2]), {}), self.ring.one)
        x = [self.number(node) for node in nodes]
        rules = {"abs": abs, "percent": lambda y: 100 * y, "floor": lambda y: y // 1, "ceil": lambda y: -(-y // 1),
                 "round": rounded, "min": lambda *y: min(y), "max": lambda *y: max(y)}  # fmt: skip
        refuse_if(not 1 <= len(x) <= {"round": 2, "min": 9, "max": 9}.get(name, 1), f"wrong arguments of {name}")
        return self.ring.constant(Fraction(rules[name](*x)))

    def truth(self, node):
        kind = type(node)
        if kind is ast.Name and node.id in ("true", "false"):
            return node.id == "true"
        if kind is ast.UnaryOp and type(node.op) is ast.Not:
            return not self.truth(node.operand)
        if kind is ast.BoolOp:
            return (all if type(node.op) is ast.And else any)([self.truth(v) for v in node.values])
        if kind is ast.Compare:
            sides = [node.left, *node.comparators]
            return all([self.compare(*pair, op) for pair, op in zip(pairwise(sides), node.ops, strict=True)])
        raise Refused("a statement is needed")

    def compare(self, left, right, op):
        x, y = self.number(left), self.number(right)
        if type(op) in COMPARE:
            return COMPARE[type(op)](x, y)
        literal = self.source(right).lstrip("-")
        if type(op) is not ast.In or not re.fullmatch(r"\d+(\.\d+)?", literal):
            raise Refused("the right side of ~= must be a literal")
        return abs(x - y) * 2 <= Fraction(1, 10 ** len(literal.partition(".")[2]))


def rounded(x, k=0):
    """Round half away from zero to k decimals."""
    refuse_if(abs(k) > 1000 or Fraction(k).denominator != 1, "round to too many digits")
    unit = Fraction(10) ** int(k)
    return Fraction((abs(x) * unit + Fraction(1, 2)) // 1) / unit * (1 if x >= 0 else -1)


# ------------------------------------------------- expectations of trace words (Gaussian integration)
# A word is a string over v (V), t (V transposed), w (W = XX^T); a state is a sorted tuple of words.

FLIP = str.maketrans("vt", "tv")


def reverse(word):
    return word.translate(FLIP)[::-1]


def canonical(word):
    return min((x[i:] + x[:i] for x in (word, reverse(word)) for i in range(len(x))), default="")


class Words:
    """E of products of traces of words, by integration by parts on one factor of W."""

    def __init__(self, ring, n, trace, order=None):
        self.ring, self.n, self.trace, self.order, self.memo, self.size = ring, n, trace, order, {}, 0

    def expect(self, words):
        Clock.check()
        state = tuple(sorted(map(canonical, words)))
        if state not in self.memo:
            self.memo[state] = out = self.derive(state)
            self.size += len(out.top)
            refuse_if(self.size > 10 * MAX_TERMS, "the expectation has too many terms")
        return self.memo[state]

    def derive(self, state):
        k = next((k for k, w in enumerate(state) if "w" in w), None)
        if k is None:
            out = self.ring.constant(1)
            for word in state:
                out = out * self.trace(word)
                if self.order is not None:  # forget what is beyond s^order
                    i = self.ring.index("s")
                    out = Quotient(self.ring, {m: c for m, c in out.top.items() if m[i] <= self.order}, out.under)
            return out
        word, rest = state[k], state[:k] + state[k + 1 :]
        i = word.index("w")
        u = word[i + 1 :] + word[:i]  # the trace is tr(W u)
        out = self.n * self.expect((u, *rest))
        for j in [j for j, letter in enumerate(u) if letter == "w"]:  # the same trace: u = p W q
            p, q = u[:j], u[j + 1 :]
            out = out + self.expect((reverse(p) + "w" + q, *rest)) + self.expect(("w" + p, q, *rest))
        for m, other in enumerate(rest):
            less = rest[:m] + rest[m + 1 :]
            for j in [j for j, letter in enumerate(other) if letter == "w"]:  # another trace: tr(W r)
                r = other[j + 1 :] + other[:j]
                out = out + self.expect(("w" + u + r, *less)) + self.expect(("w" + r + reverse(u), *less))
        return out


def loss(words, layers, noise=None):
    """Return E|(I-VS)^L|_F^2 + (noise/n) E tr(Q S Q^T), Q = sum_{k<L} (I-VS)^k V."""
    total, powers = words.ring.constant(0), range(layers + 1)
    for i in powers:
        for j in powers:
            c = (-1) ** (i + j) * comb(layers, i) * comb(layers, j)
            total = total + words.expect(["vw" * i + "wt" * j]) * c / words.n ** (i + j)
            if noise is not None and i < layers and j < layers:
                c = (-1) ** (i + j) * comb(layers, i + 1) * comb(layers, j + 1)
                total = total + noise * words.expect(["vw" * i + "vwt" + "wt" * j]) * c / words.n ** (i + j + 2)
    return total


def matrix_trace(ring, matrix):
    """Return the function word in V, V^T -> trace, for an explicit matrix V."""
    size, transposed = range(len(matrix)), [list(row) for row in zip(*matrix, strict=True)]

    def inner(row, column):
        total = ring.constant(0)
        for x, y in zip(row, column, strict=True):
            total = total + x * y
        return total

    def trace(word):
        product = [[ring.constant(int(i == j)) for j in size] for i in size]
        for letter in word:
            columns = transposed if letter == "v" else matrix
            product = [[inner(row, column) for column in columns] for row in product]
        return inner([product[i][i] for i in size], [ring.constant(1)] * len(matrix))

    return trace


def variation_trace(ring, direction, d):
    """Return the same for V = aI + sK to second order in s, K skew or traceless symmetric, |K| = 1."""
    a, s, sign = ring.variable("a"), ring.variable("s"), -1 if direction == "skew" else 1

    def trace(word):
        flips = [sign if letter == "t" else 1 for letter in word]
        pairs = sign * sum(x * y for i, x in enumerate(flips) for y in flips[:i])  # tr K^2 = sign
        out = d * a ** len(word)
        return out + a ** (len(word) - 2) * s * s * pairs if pairs else out

    return trace


# --------------------------------------------------------------------------------------- step kinds


def get(step, key, kind=str, of=None):
    """Return a field of a step; a list may have a kind for its members too."""
    value = step.get(key) if isinstance(step, dict) else None
    refuse_if(not isinstance(value, kind) or isinstance(value, bool), f"field {key!r} is missing or of the wrong type")
    if of and not all(isinstance(item, of) and not isinstance(item, bool) for item in value):
        raise Refused(f"field {key!r} has a member of the wrong type")
    return value


def plain(text):
    """Return text that is safe to print on one line."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(str(text).split()))


def rational(text):
    if not isinstance(text, str) or not re.fullmatch(r"-?[0-9]{1,4000}(/[1-9][0-9]{0,3999})?", text):
        raise Refused(f"not a rational number: {str(text)[:40]!r}")
    return Fraction(text)


def ends(pair):
    refuse_if(not isinstance(pair, list) or len(pair) != 2, "a range needs two ends")
    return None if pair[0] == "-oo" else rational(pair[0]), None if pair[1] == "oo" else rational(pair[1])


def range_text(domain):
    def one(name, low, high):
        return f"{name} in {'(' if low == '-oo' else '['}{low}, {high}{')' if high == 'oo' else ']'}"

    return ", ".join(one(name, *domain[name]) for name in sorted(domain))


def words_of(sentence):
    return set(re.findall(NAME, sentence))


class Scope:
    """The steps of one certificate, or of one case of it, and what they have established."""

    def __init__(self, certificate, parent=None, case=()):
        self.certificate, self.parent, self.case, self.ring = certificate, parent, case, certificate.ring
        self.names, self.meaning, self.pinned = {}, {}, set()  # values; defining sentences; taken over
        self.used, self.sentences, self.foreign = set(), set(), set()

    def variable(self, name):
        refuse_if(name not in self.ring.names or name in self.case, f"{str(name)[:40]!r} is no variable here")
        return name

    def lookup(self, name):
        if name in self.names:
            self.used.add(name)
            return self.names[name]
        if self.parent:
            return self.localised(self.parent.lookup(name))
        return self.ring.variable(self.variable(name))

    def localised(self, value):
        """In a case, put the value of its variable."""
        return self.ring.subs(value, self.case[0], self.ring.constant(self.case[1])) if self.case else value

    def value(self, text):
        out = Expression(text, self.ring, self).result
        refuse_if(isinstance(out, bool), "an expression is needed, not a statement")
        return out

    def poly(self, text):
        return self.value(text).polynomial()

    def univariate(self, text, name):
        return self.ring.univariate(self.poly(text), self.variable(name))

    def bind(self, name, value, meaning):
        taken = self.names.keys() | (self.parent.names.keys() if self.parent else set()) | RESERVED | self.foreign
        if not re.fullmatch(NAME, name) or name in self.ring.names or name in taken:
            raise Refused(f"{name[:40]!r} is no name, or is taken")
        self.certificate.size += len(value.top) + len(value.under)
        refuse_if(self.certificate.size > 10 * MAX_TERMS, "the definitions have too many terms")
        self.names[name], self.meaning[name] = value, f"{name} := {meaning}"
        return self.meaning[name]

    def derived(self, step, value, meaning):
        """Bind a derived quantity after comparing it with the value that the certificate states."""
        value = self.localised(value)
        refuse_if(not value.equals(self.value(get(step, "value"))), "the value stated is not the value derived")
        return self.bind(get(step, "name"), value, meaning)

    def run(self, steps, where=""):
        for number, step in enumerate(steps, 1):
            try:
                self.add(step)
            except Refused as problem:
                kind = plain(step.get("kind"))[:20] if isinstance(step, dict) else "?"
                raise Refused(f"{where}step {number} ({kind}): {problem}") from None
        for name in sorted(self.names.keys() - self.used):
            refuse_if(self.meaning[name] not in self.certificate.needed, f"the definition of {name!r} is not used")

    def add(self, step):
        """Verify one step and return its sentences."""
        kind = get(step, "kind")
        refuse_if(kind not in KINDS, f"unknown step kind {kind[:40]!r}")
        out = getattr(self, kind)(step)
        out = out if isinstance(out, list) else [out]
        self.sentences.update(out)
        return out

    # Each rule returns the sentence that it has verified.

    def loss(self, step):
        layers, rows = get(step, "layers", int), get(step, "V", list, of=list)
        if not 1 <= layers <= 4 or not 1 <= len(rows) <= 4 or any(len(row) != len(rows) for row in rows):
            raise Refused("layers must be 1..4 and V square of size 1..4")
        trace = matrix_trace(self.ring, [[self.value(x) for x in row] for row in rows])
        noise = self.value(step["noise"]) if "noise" in step else None
        self.ring.index("n")
        value = loss(Words(self.ring, self.lookup("n"), trace), layers, noise)
        shown = "; ".join(", ".join(row) for row in rows)
        extra = f", noise={step['noise']}" if "noise" in step else ""
        return self.derived(step, value, f"loss(layers={layers}, V=[{shown}]{extra})")

    def variation(self, step):
        layers, direction, d = get(step, "layers", int), get(step, "direction"), self.value(get(step, "d"))
        if not 1 <= layers <= 4 or direction not in ("skew", "symmetric"):
            raise Refused("layers must be 1..4, direction skew or symmetric")
        if words_of(step["d"]) - {"d"} or {self.variable(v) for v in "san"} & words_of(step["d"]):
            raise Refused("d must be a number or the variable d")
        words = Words(self.ring, self.ring.variable("n"), variation_trace(self.ring, direction, d), 2)
        meaning = f"loss(layers={layers}, V=aI+sK, K {direction} of norm 1, d={step['d']}) + O(s^3)"
        return self.derived(step, loss(words, layers), meaning)

    def moment(self, step):
        powers, d, n = get(step, "powers", list, of=int), self.value(get(step, "d")), self.value(get(step, "n"))
        if not powers or min(powers) < 1 or sum(powers) > 12:
            raise Refused("powers must be positive integers of sum at most 12")
        value, shown = Words(self.ring, n, lambda _: d).expect(["w" * k for k in powers]), ", ".join(map(str, powers))
        return self.derived(step, value, f"E prod tr W^k, k = {shown}, d={step['d']}, n={step['n']}")

    def chi(self, step):
        power, m, value = get(step, "power", int), self.value(get(step, "m")), self.ring.constant(1)
        refuse_if(abs(power) > 200, "the power is too large")
        for k in range(abs(power)):
            value = value * (m + 2 * k) if power > 0 else value / (m - 2 * (k + 1))
        return self.derived(step, value, f"E X^{power}, X ~ chi2({step['m']})")

    def define(self, step):
        return self.bind(get(step, "name"), self.value(get(step, "as")), step["as"])

    def identity(self, step):
        if not self.value(get(step, "left")).equals(self.value(get(step, "right"))):
            raise Refused("the two sides are not equal")
        return f"{step['left']} == {step['right']}"

    def sign(self, step):
        relation, domain, method = get(step, "relation"), get(step, "domain", dict), get(step, "method")
        ranges, p = {self.variable(name): ends(pair) for name, pair in domain.items()}, self.poly(get(step, "of"))
        refuse_if(relation not in (">", ">=", "<", "<="), f"unknown relation {relation[:20]!r}")
        self.ranged(p, ranges)
        p = p if relation[0] == ">" else {m: -c for m, c in p.items()}
        if method == "shift":
            self.shifted(p, len(relation) == 1, ranges)
        elif method == "sturm" and len(ranges) == 1 and len(relation) == 1:
            ((name, (low, high)),) = ranges.items()
            q = self.ring.univariate(p, name)
            refuse_if(count_roots(q, low, high) or sign_at(q, low, -1) != 1, "Sturm's theorem does not give that sign")
        elif method == "squares":
            self.squares(step, p, len(relation) == 1, {v: pair for v, pair in ranges.items() if pair != (None, None)})
        else:
            raise Refused(f"no method {method[:20]!r} for this sign")
        return f"{step['of']} {relation} 0 for {range_text(domain)}"

    def ranged(self, p, ranges):
        free = any(e and v not in ranges for m in p for v, e in zip(self.ring.names, m, strict=True))
        refuse_if(free, "a variable has no range")

    def squares(self, step, p, strict, ranges):
        """Prove p >= 0 by multiplier * p = sum of weight * base^2, the multiplier > 0, the weights >= 0
        on the ranges; for p > 0 the first base is 1 and the first weight > 0."""
        terms, factor = get(step, "terms", list, of=list), self.poly(step.get("multiplier", "1"))
        if any(len(term) != 2 for term in terms) or (strict and (not terms or terms[0][1] != "1")):
            raise Refused("terms are pairs, the first base 1 if strict")
        self.shifted(factor, True, ranges)
        total = self.ring.constant(0)
        for k, (weight, base) in enumerate(terms):
            self.shifted(self.poly(weight), strict and k == 0, ranges)
            total = total + self.value(weight) * self.value(base) ** 2
        refuse_if(total.polynomial() != p_mul(factor, p), "the sum of squares is not the polynomial")

    def shifted(self, p, strict, ranges):
        """Prove p > 0 (or >= 0) on a box: non-negative coefficients after x = low + y, x = high - y,
        or x = (low + high y)/(1 + y), y >= 0; p > 0: also a positive one at every corner."""
        ring, corners = self.ring, [{}]
        for name, (low, high) in ranges.items():
            x, i = ring.variable(name), ring.index(name)
            if (low is None and high is None) or (None not in (low, high) and low > high):
                raise Refused("a range has no finite end")
            if None not in (low, high):
                degree = max((m[i] for m in p), default=0)
                corners = [{**corner, i: e} for corner in corners for e in (0, degree)]
                p, _ = ring.replace(p, name, (x * high + low).top, (x + 1).top)
            else:
                p, _ = ring.replace(p, name, (x + low if high is None else x * -1 + high).top, ring.one)
        refuse_if(any(c < 0 for c in p.values()), "a coefficient is negative after the shift")
        self.ranged(p, ranges)
        if strict and not all(tuple(c.get(i, 0) for i in range(len(ring.names))) in p for c in corners):
            raise Refused("the sign is not strict at an end")

    def cover(self, step):
        """On every part of a subdivided box one of the alternatives is non-negative (``tree``: in
        preorder, "x:c" cuts the range of x at c, and a digit names the alternative of a part)."""
        domain, tokens = get(step, "domain", dict), iter(get(step, "tree", list, of=str))
        polys = [self.poly(text) for text in get(step, "of", list, of=str)]

        def walk(ranges, depth):
            token = next(tokens, "")
            if re.fullmatch("[0-9]", token) and int(token) < len(polys):
                return self.shifted(polys[int(token)], False, ranges)
            name, _, cut = token.partition(":")
            refuse_if(name not in ranges or depth > 80, "the subdivision cannot be read")
            (low, high), cut = ranges[name], rational(cut)
            refuse_if((low is not None and cut <= low) or (high is not None and cut >= high), "a cut is outside its range")
            walk({**ranges, name: (low, cut)}, depth + 1)
            walk({**ranges, name: (cut, high)}, depth + 1)

        walk({self.variable(name): ends(pair) for name, pair in domain.items()}, 0)
        refuse_if(next(tokens, None) is not None, "the subdivision has parts left over")
        return f"{' >= 0 or '.join(step['of'])} >= 0 for {range_text(domain)}"

    def roots(self, step):
        p, domain = self.univariate(get(step, "of"), get(step, "variable")), get(step, "range", list)
        k = isolate(p, get(step, "intervals", list), *ends(domain))
        shown = "".join(f" [{a}, {b}]" for a, b in step["intervals"])
        return f"{step['of']} has {k} real roots for {range_text({step['variable']: domain})}:{shown or ' none'}"

    def atroots(self, step):
        name, relation, domain = get(step, "variable"), get(step, "relation"), get(step, "range", list)
        p, q = (self.univariate(get(step, key), name) for key in ("at", "of"))
        isolate(p, get(step, "intervals", list), *ends(domain))
        for low, high in map(ends, step["intervals"]):
            if count_roots(q, low, high) or sign_at(q, low, -1) != {">": 1, "<": -1}.get(relation):
                raise Refused(f"the sign is not {relation[:2]!r} on a whole isolating interval")
        return f"{step['of']} {relation} 0 at the real roots of {step['at']}, {range_text({name: domain})}"

    def cases(self, step):
        name, low, high = self.variable(get(step, "variable")), get(step, "from", int), get(step, "to", int)
        conclude, parts = get(step, "conclude", list, of=str), get(step, "steps", list, of=list)
        if not 0 <= high - low < 500 or len(parts) != high - low + 1 or self.parent or not conclude:
            raise Refused("cases need one list of steps a value")
        for value, steps in zip(range(low, high + 1), parts, strict=True):
            inner = Scope(self.certificate, self, (name, value))
            inner.run(steps, f"{name} = {value}: ")
            for s in conclude:
                if s not in inner.sentences or s.startswith(ASSUMED) or words_of(s) & inner.names.keys():
                    raise Refused(f"{name} = {value}: {s[:80]!r} is not established for names of all cases")
        return [f"for {name} = {low}..{high}: {s}" for s in conclude]

    def series(self, step):
        powers = [rational(p) for p in get(step, "exponents", list)]
        first = next((p for p in powers if p != 1), Fraction(1))
        found = "converges" if first > 1 else "diverges"
        refuse_if(found != get(step, "result") or not 1 <= len(powers) <= 8, f"the series {found}")
        return f"sum 1/(t, log t, log log t, ... to the powers {', '.join(step['exponents'])}) {found}"

    def arithmetic(self, step):
        test, values = get(step, "test"), {}
        for pair in get(step, "values", list, of=list):
            call, value = pair if len(pair) == 2 else (None, None)
            values[call] = rational(value)
            if not self.sentences & {f"{call} = {value}", f"computed: {call} = {value}"}:
                raise Refused(f"the value of {str(call)[:60]!r} has no support")
        refuse_if(Expression(test, Ring([]), None, values).result is not True, "the statement is false")
        return test

    def depends(self, step):
        sentences, other = get(step, "sentences", list, of=str), self.certificate.other(get(step, "id"), get(step, "sha256"))
        refuse_if(self.parent, "a dependency inside a case")
        for sentence in sentences:
            if sentence not in other.scope.sentences or sentence.startswith(("cited: ", "argued: ")):
                raise Refused(f"{step['id']} does not establish {sentence[:80]!r}")
            self.take(other, sentence)
        return sentences

    def take(self, other, sentence):
        """Take over the meaning of every name in a sentence of another certificate."""
        for word in words_of(sentence):
            if word in other.ring.names:
                self.variable(word)
            elif word in other.scope.names:
                value, meaning = self.certificate.translate(other, other.scope.names[word]), other.scope.meaning[word]
                if word not in self.names:
                    self.bind(word, value, meaning.partition(" := ")[2])
                    self.sentences.add(meaning)
                    self.take(other, meaning)
                elif not value.equals(self.names[word]):
                    raise Refused(f"{word!r} means something else in {other.id}")
                self.used.add(word)
                if word in other.pinned and self.meaning[word] == meaning:
                    self.pinned.add(word)
            elif word in self.names or word in self.ring.names:
                raise Refused(f"{word!r} means something else in {other.id}")
            else:
                self.foreign.add(word)

    def cited(self, step):
        for hypothesis in get(step, "hypotheses", list):
            text, by = get(hypothesis, "text"), get(hypothesis, "by")
            if not text or not (by in self.sentences or by in self.certificate.hypotheses):
                raise Refused(f"the hypothesis {text[:60]!r} has no support")
        return self.certificate.assume("cited", self.certificate.needs(get(step, "id")), step["id"])

    def argued(self, step):
        refuse_if(len(get(step, "text")) < 20, "an argument must be given in full")
        return self.certificate.assume("argued", self.certificate.id, get(step, "name"))

    def computed(self, step):
        if len(set(get(step, "routes", list, of=str))) < 2 or not get(step, "text"):
            raise Refused("a computed step must name two independent routes")
        return self.certificate.assume("computed", self.certificate.id, get(step, "sentence"))


KINDS = set("loss variation moment chi define identity sign cover roots atroots cases series arithmetic "
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
        refuse_if(len({k for k, _ in items}) != len(items), "a key occurs twice")
        return dict(items)

    def number(text):
        refuse_if(len(text) > 12, "an integer is too long (large ones are strings)")
        return int(text)

    def inexact(text):
        raise Refused(f"{text[:20]!r} is not an exact number")

    with open(path, "rb") as file:
        raw = file.read(MAX_BYTES + 1)
    depth = 0
    for bracket in re.findall(rb"[\[\]{}]", re.sub(rb'"(?:[^"\\]|\\.)*"', b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        refuse_if(depth > MAX_DEPTH, "nested too deeply")
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_int=number,
                          parse_float=inexact, parse_constant=inexact)  # fmt: skip
    except (ValueError, RecursionError) as problem:
        raise Refused(f"not JSON: {plain(problem)[:80]}") from None


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
                refuse_if(not re.fullmatch(ID, name), "the file name is no claim id")
                inside = isinstance(self.folder, dict)
                data = self.folder.get(name) if inside else read_json(os.path.join(self.folder, name + ".json"))
                self.done[name] = Certificate(self, name, data)
            except Refused as problem:
                self.done[name] = problem
            except (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError,
                    ValueError) as problem:  # fmt: skip
                self.done[name] = Refused(f"malformed ({type(problem).__name__})")
            finally:
                self.path.pop()
        if isinstance(self.done[name], Refused):
            raise self.done[name]
        return self.done[name]


class Certificate:
    """One certificate, checked when it is built."""

    size = 0  # terms of all definitions so far

    def __init__(self, store, name, data):
        self.store, self.assumptions, self.id = store, set(), name
        if not isinstance(data, dict) or set(data) != {"format", "claim", "variables", "steps", "sha256"}:
            raise Refused("a certificate has the keys format, claim, variables, steps, sha256")
        refuse_if(data["format"] != FORMAT, f"the format is not {FORMAT!r}")
        self.claim, variables, steps = get(data, "claim", dict), get(data, "variables", list, of=str), get(data, "steps", list)
        refuse_if(self.claim.get("id") != name, "the id of the claim is not the name of the file")
        if data["sha256"] != {"claim": digest(self.claim), "steps": digest([variables, steps])}:
            raise Refused("a hash does not agree")
        if store.book is not None and (name not in store.book or digest(store.book[name]) != digest(self.claim)):
            raise Refused("the claim is not the one in the book")
        if len(variables) > 40 or len(set(variables)) != len(variables) or not all(
            re.fullmatch(NAME, v) and v not in RESERVED for v in variables):  # fmt: skip
            raise Refused("variables must be distinct names")
        self.ring, self.digest, params = Ring(variables), digest(data), get(self.claim, "params", dict)
        self.hypotheses = {f"given: {h}" for h in get(self.claim, "hypotheses", list, of=str)}
        self.needed = [fill(s, params) for s in get(self.claim, "proves", list, of=str)]
        witnesses, variable = ({n for s in self.needed if s.startswith(w) for n in words_of(s)} for w in ("exists ", "all "))
        sentences = [s for s in self.needed if not s.startswith(("exists ", "all "))]
        test = get(self.claim, "test") if self.claim.get("test") is not None else None
        if not sentences and test is None:
            raise Refused("the claim does not say which sentences its certificate must establish")
        self.scope = Scope(self)
        self.scope.run(steps)
        if test is not None and not self.scope.sentences & {test, f"computed: {test}"}:
            raise Refused(f"the test {test[:120]!r} is not established")
        for sentence in sentences:
            refuse_if(sentence not in self.scope.sentences, f"the sentence {sentence[:120]!r} is not established")
        self.pinned = self.scope.pinned | {n for n, meaning in self.scope.meaning.items() if meaning in sentences}
        for name in sorted({w for s in sentences for w in words_of(s)} & self.scope.names.keys()):
            if name not in self.pinned | witnesses:
                raise Refused(f"the claim does not say what {name!r} is: its proves needs {self.scope.meaning[name][:60]!r}" f" or 'exists {name}', or a claim that it uses must say so")

        # diff(f, x) means something else when f is a variable: variables beside them must be recognisable
        variable |= {w for s in sentences for w in re.findall(rf"({NAME}) in [(\[]|, ({NAME})[,)]|(\bn\b)", s) for w in w}
        variable |= {w for s in sentences if ":= loss(" in s for w in words_of(s)}
        for s in sentences:
            unclear = words_of(s) & set(variables) - variable if words_of(s) & {"diff", "subs", "coeff"} else None
            if unclear:
                raise Refused(f"the claim does not say that these are variables: its proves needs 'all {', '.join(sorted(unclear))}'")

    def needs(self, name):
        """Return an id that the claim uses."""
        if not re.fullmatch(ID, name) or ("uses" in self.claim and name not in get(self.claim, "uses", list)):
            raise Refused(f"{plain(name)[:80]} is not used by the claim")
        return name

    def assume(self, kind, name, text):
        refuse_if(not text or not text.isprintable(), "a name or sentence must be one line of text")
        self.assumptions.add(f"{kind}:{name}")
        return f"{kind}: {text}"

    def other(self, name, sha256):
        try:
            other = self.store.get(self.needs(name))
        except Refused as problem:
            raise Refused(f"dependency {plain(name)[:80]}: {problem}") from None
        refuse_if(other.digest != sha256, f"dependency {name}: the hash does not agree")
        self.assumptions |= other.assumptions
        return other

    def translate(self, other, value):
        """Return a value of another certificate in the variables of this one."""

        def move(p):
            out = {}
            for m, c in p.items():
                powers = {v: e for v, e in zip(other.ring.names, m, strict=True) if e}
                if powers.keys() - set(self.ring.names):
                    raise Refused("a definition taken over uses a variable that is not declared")
                out[tuple(powers.get(v, 0) for v in self.ring.names)] = c
            return out

        return Quotient(self.ring, move(value.top), move(value.under))


def fill(template, params):
    return re.sub(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}", lambda m: str(params.get(m[1], m[0])), template)


def check_folder(folder, book=None, seconds=120.0, only=None):
    """Check every certificate of a folder; yield (id, accepted, message)."""
    names, store = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json")), Store(folder, book)
    for name in names if only is None else only:
        Clock.end = time.monotonic() + seconds
        try:
            modulo = ", ".join(sorted(store.get(name).assumptions))
            result = True, "checked" + (f" modulo {modulo}" if modulo else "")
        except Refused as problem:
            result = False, str(problem)
        finally:
            Clock.end = float("inf")
        yield name, *result


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
                    out[entry["id"]] = {"id": entry["id"]} | {k: entry.get(k, v) for k, v in defaults.items()}
    return out


def main(arguments):
    parser = argparse.ArgumentParser(prog="recheck.py", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", help="a folder of certificates (*.json)")
    parser.add_argument("--book", help="a folder of TOML files: each claim must be the one there")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one certificate")
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        book = options.book and read_book(options.book)
        answers = check_folder(options.folder, book, options.limit)
        bad = total = 0
        for name, accepted, message in answers:
            print(f"{'accepted' if accepted else 'REFUSED '}  {plain(name)}: {message}", flush=True)
            total, bad = total + 1, bad + (not accepted)
            if accepted and book is None:
                claim = read_json(os.path.join(options.folder, name + ".json"))["claim"]
                print(f"          states (not compared with a book): {plain(fill(str(claim.get('statement')), claim['params']))}")
    except (OSError, KeyError, TypeError, ValueError) as problem:
        print(f"recheck.py: {plain(problem)}", file=sys.stderr)
        return 2
    print(f"{total - bad} accepted, {bad} refused")
    return 1 if bad else 0 if total else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
