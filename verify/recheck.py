"""Independent checker of certificates: one file, standard library only, exact rationals only.

Run alone:  python -I recheck.py DIR [--book BOOK_DIR] [--limit SECONDS]

A certificate is a JSON file: the claim, a list of variables, and a list of steps.  Every step of a checked
kind is re-derived here from rational arithmetic and yields a *sentence*.  The certificate is accepted when
every step holds, every definition is used, every sentence that the claim says it proves was derived, and
the hashes agree.  A name in such a sentence must be pinned down by the claim: its definition is among the
sentences, or comes from a claim listed under ``uses``, or the claim says "exists NAME" (any value that fits
will do); "all NAME" says that it is a variable.  With --book, each claim must be the one of the book.
Nothing is searched for and no tolerance exists.  The step kinds, a closed list:

kind        what is verified                                                sentence
----------  --------------------------------------------------------------  -------------------------------
loss        E|(I-VS)^L|^2, S=W/n, and what noise adds: parts, trace words   NAME := loss(layers=L, V=..)
variation   the same at V = aI + sK to second order in s, any dimension d   NAME := loss(.., V=aI+sK, ..)
moment      E of a product of traces tr W^k, W Wishart (n, d)               NAME := E prod tr W^k, k = ..
chi         E X^k for X chi-square with m degrees of freedom                NAME := E X^k, X ~ chi2(m)
define      a name for a rational function (diff, subs, coeff allowed)      NAME := EXPRESSION
identity    two rational functions are equal (as quotients of polynomials)  LEFT == RIGHT
sign        by coefficients after a shift, Sturm, or a sum of squares       EXPR > 0 for x in [lo, hi]
cover       on each part of a subdivided box an alternative holds           P >= 0 or Q >= 0 for x in ..
roots       all distinct real roots on a range, isolated (Sturm)            EXPR has k real roots for ..
atroots     the sign of one polynomial at all real roots of another         EXPR > 0 at the real roots ..
cases       the same sentences for each integer value of a variable         for n = 1..14: SENTENCE
series      convergence of sum 1/(t^p0 log(t)^p1 loglog(t)^p2 ...)          sum 1/(...) diverges
arithmetic  a statement about rational numbers, evaluated                   the statement
depends     sentences, and the names in them, of another certificate        those sentences
cited       a classical theorem; each hypothesis names its support          cited: ID     (not checked)
argued      an argument in words                                            argued: NAME  (not checked)
computed    a computation that is too large to repeat here                  computed: ... (not checked)
"""

import argparse
import ast
import hashlib
import inspect
import json
import operator
import os
import re
import sys
import time
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil, comb, floor, gcd, inf, lcm

FORMAT = "theorem-certificate 1"
MAX_BYTES, MAX_DEPTH, MAX_TEXT = 8_000_000, 24, 400_000  # of a file; of an expression
MAX_TERMS, MAX_BITS, MAX_DEGREE, MAX_PRODUCTS = 200_000, 100_000, 500, 10_000_000  # of a polynomial
ASSUMED = ("cited: ", "argued: ", "computed: ")  # what is listed but not checked
ID, NAME = r"[a-z0-9]+(?:[.-][a-z0-9]+)*", r"[A-Za-z_][A-Za-z_0-9]*"

class Refused(Exception):
    """The certificate is not accepted; the text is the one-line reason."""

    deadline = inf  # for the certificate that is being checked

def refuse_if(condition, reason):
    """Refuse on a condition, and in any case when the time is up: every inner loop comes by here."""
    if condition or time.monotonic() > Refused.deadline:
        raise Refused(reason if condition else "takes longer than the time limit (see --limit)")

# ------------------------------------------------------------ polynomials {exponents: coefficient}

def p_add(p, q, factor=1):
    out = dict(p)
    for m, c in q.items():
        out[m] = out.get(m, 0) + factor * c
    refuse_if(len(out) > 10 * MAX_TERMS, "a polynomial grows too large")
    return {m: c for m, c in out.items() if c}

def p_mul(p, q):
    bits = [max((c.numerator.bit_length() + c.denominator.bit_length() for c in f.values()), default=0)
            for f in (p, q)]  # fmt: skip
    refuse_if(sum(bits) > MAX_BITS or len(p) * len(q) > MAX_PRODUCTS, "a polynomial grows too large")
    out, p, q = {}, *sorted((p, q), key=len)
    for m1, c1 in p.items():
        for m2, c2 in q.items():
            m = tuple(map(operator.add, m1, m2))
            out[m] = out.get(m, 0) + c1 * c2
        refuse_if(len(out) > MAX_TERMS, "a polynomial grows too large")
    return {m: c for m, c in out.items() if c}

class Quotient:
    """A quotient of two polynomials of a ring; reduced only when the divisor is a number."""

    def __init__(self, ring, top, under=None):
        self.ring, self.top, self.under = ring, top, ring.one if under is None else under
        refuse_if(not self.under, "division by zero")
        if self.under != ring.one and self.under.keys() == ring.one.keys():
            (c,) = self.under.values()
            self.top, self.under = {m: Fraction(k) / c for m, k in top.items()}, ring.one

    def lift(self, other):
        return other if isinstance(other, Quotient) else self.ring.constant(other)

    def __add__(self, other, factor=1):
        other = self.lift(other)
        if self.under == other.under:
            return Quotient(self.ring, p_add(self.top, other.top, factor), self.under)
        top = p_add(p_mul(self.top, other.under), p_mul(other.top, self.under), factor)
        return Quotient(self.ring, top, p_mul(self.under, other.under))

    def __sub__(self, other):
        return self.__add__(other, -1)

    def __mul__(self, other):
        other = self.lift(other)
        return Quotient(self.ring, p_mul(self.top, other.top), p_mul(self.under, other.under))

    def __truediv__(self, other):
        other = self.lift(other)
        return Quotient(self.ring, p_mul(self.top, other.under), p_mul(self.under, other.top))

    def __pow__(self, k):
        degree, terms = max(map(sum, [*self.top, *self.under])), max(len(self.top), len(self.under))
        large = abs(k) * max(degree, 1) > 10_000 or (abs(k) > MAX_DEGREE and terms > 1)
        refuse_if(large, "an exponent is too large")
        out = self.ring.constant(1)
        for _ in range(abs(k)):
            out = out * self if k > 0 else out / self
        return out

    def equals(self, other):
        return not (self - other).top

    def number(self):
        """Return the rational number that this is, or refuse."""
        refuse_if(self.under != self.ring.one or self.top.keys() - self.ring.one.keys(), "a number is needed")
        return Fraction(sum(self.top.values()))

    def polynomial(self):
        """Return the polynomial that this is (the divisor may be a monomial), or refuse."""
        ((below, c), *more), out = self.under.items(), {}
        for m, k in self.top.items():
            m = tuple(map(operator.sub, m, below))
            refuse_if(more or min(m, default=0) < 0, "a polynomial is needed, not a quotient")
            out[m] = k if c == 1 else Fraction(k) / c
        return out

    def moved(self, ring):
        """Return the same in the variables of another ring."""

        def move(p):
            lost = self.ring.occurring(p) - set(ring.names)
            refuse_if(lost, "a definition taken over uses a variable that is not declared")
            powers = [(dict(zip(self.ring.names, m, strict=True)), c) for m, c in p.items()]
            return {tuple(m.get(v, 0) for v in ring.names): c for m, c in powers}

        return Quotient(ring, move(self.top), move(self.under))

class Ring:
    """Polynomials and their quotients in named variables."""

    def __init__(self, names):
        self.names, self.one = names, {(0,) * len(names): 1}

    def constant(self, c):
        return Quotient(self, dict.fromkeys(self.one, c.numerator if c.denominator == 1 else c) if c else {})

    def variable(self, name):
        return Quotient(self, {tuple(int(v == name) for v in self.names): 1})

    def occurring(self, p):
        return {v for m in p for v, e in zip(self.names, m, strict=True) if e}

    def coefficients(self, p, name):
        """Return {k: coefficient of name^k} of a polynomial."""
        i, out = self.names.index(name), {}
        for m, c in p.items():
            out.setdefault(m[i], {})[(*m[:i], 0, *m[i + 1 :])] = c
        refuse_if(max(out, default=0) > MAX_DEGREE, "the degree is too large")
        return out

    def diff(self, x, name):
        i = self.names.index(name)
        top, under = ({(*m[:i], m[i] - 1, *m[i + 1 :]): c * m[i] for m, c in p.items() if m[i]}
                      for p in (x.top, x.under))  # fmt: skip
        return Quotient(self, p_add(p_mul(top, x.under), p_mul(x.top, under), -1), p_mul(x.under, x.under))

    def replace(self, p, name, y):
        """Return p at name = y times b^k, b the divisor of y and k the degree of p in name; and b^k."""
        parts, ups, downs, out = self.coefficients(p, name), [self.one], [self.one], {}
        for _ in range(max(parts, default=0)):
            ups.append(p_mul(ups[-1], y.top))
            downs.append(p_mul(downs[-1], y.under))
        for k, c in parts.items():
            out = p_add(out, p_mul(c, p_mul(ups[k], downs[-1 - k])))
        return out, downs[-1]

    def subs(self, x, name, y):
        return Quotient(self, *self.replace(x.top, name, y)) / Quotient(self, *self.replace(x.under, name, y))

    def univariate(self, p, name):
        """Return integer coefficients, constant first, of a positive multiple of the polynomial."""
        refuse_if(self.occurring(p) - {name}, f"not a polynomial in {name} alone")
        parts = self.coefficients(p, name)
        return primitive([sum(parts.get(k, {}).values()) for k in range(max(parts, default=0) + 1)])

# ------------------------------------------------- polynomials in one variable, and Sturm's theorem
# The ends of a range are rationals, or -inf and inf, which are only compared.

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
            factor = rest[-1] / divisor[-1]
            for k, c in enumerate(divisor, len(rest) - len(divisor)):
                rest[k] -= factor * c
            rest.pop()
            refuse_if(factor.numerator.bit_length() > 20 * MAX_BITS, "a number grows too large")
        chain.append(primitive([-c for c in rest]))
        refuse_if(any(c.bit_length() > 10 * MAX_BITS for c in chain[-1]), "a number grows too large")
    return [q for q in chain if q]

def sign_at(p, end):
    if abs(end) == inf:
        return (1 if p[-1] > 0 else -1) * (-1 if end < 0 and len(p) % 2 == 0 else 1)
    value = Fraction(0)
    for c in reversed(p):
        value = value * end + c
    return (value > 0) - (value < 0)

def count_roots(p, low, high):
    """Return the number of distinct real roots between two ends that are not roots themselves."""
    refuse_if(not p, "the zero polynomial has no isolated roots")
    refuse_if(low > high, "an interval has its ends in the wrong order")
    refuse_if(not sign_at(p, low) or not sign_at(p, high), "an end of an interval is itself a root")
    signs = [[s for q in sturm_chain(p) if (s := sign_at(q, end))] for end in (low, high)]
    before, after = (sum(a != b for a, b in pairwise(row)) for row in signs)
    return before - after

def isolate(p, intervals, low, high):
    """Return the ends of intervals, checked to isolate all the real roots between low and high."""
    found, last = [ends(pair) for pair in intervals], low
    for a, b in found:
        refuse_if(a < last or b > high or -inf in (a, -b), "an isolating interval leaves the range")
        refuse_if(count_roots(p, a, b) != 1, "not exactly one root in an isolating interval")
        last = b
    refuse_if(count_roots(p, low, high) != len(found), "the intervals do not contain all the roots")
    return found

# ------------------------------------------------------------------------------------- expressions
# Text is parsed by Python's own parser into a syntax tree, of which only numbers, names, + - * / **,
# comparisons (~= means: rounds to), and/or/not, and the functions below are accepted.

def rounded(x, k=0):
    """Round half away from zero to k decimals."""
    refuse_if(abs(k) > 1000 or Fraction(k).denominator != 1, "round to too many digits")
    unit = Fraction(10) ** int(k)
    return floor(abs(x) * unit + Fraction(1, 2)) / unit * (1 if x >= 0 else -1)

ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
COMPARE = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
           ast.Gt: operator.gt, ast.GtE: operator.ge}  # fmt: skip
NUMERIC = {"abs": (1, abs), "percent": (1, lambda x: 100 * x), "floor": (1, floor), "ceil": (1, ceil),
           "round": (2, rounded), "min": (9, lambda *x: min(x)), "max": (9, lambda *x: max(x))}  # fmt: skip
RESERVED = {*NUMERIC, *("diff subs coeff true false and or not in is for at the real roots has none exists "
                        "all given loss oo").split()}  # fmt: skip

class Expression:
    """``result``: a Quotient, or the truth value of a statement.  ``values``: {source of a call: number}."""

    def __init__(self, text, ring, scope=None, values=()):
        unreadable = f"cannot read the expression {str(text)[:60]!r}"
        allowed = r"[-+*/(),.<>=!~ \w\[\]'\"]+" if values else r"[-+*/(),.<>=!~ \w]+"
        refuse_if(type(text) is not str or len(text) > MAX_TEXT, unreadable)
        refuse_if(not re.fullmatch(allowed, text, re.A) or re.search(r"\bin\b", text), unreadable)
        for run in re.findall(r"(?<!\w)\d[\w.]*", text):
            refuse_if(not re.fullmatch(r"\d{1,4000}(\.\d{1,4000})?", run), unreadable)
        self.ring, self.scope, self.values = ring, scope, dict(values)
        self.text = text.strip().replace("~=", " in ")
        try:
            tree = ast.parse(self.text, mode="eval").body
            match tree:
                case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not()) | ast.Name("true" | "false"):
                    self.result = self.truth(tree)
                case _:
                    self.result = self.value(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Refused(unreadable) from None

    def source(self, node):
        return self.text[node.col_offset : node.end_col_offset]

    def number(self, node):
        return self.value(node).number()

    def value(self, node):
        match node:
            case ast.Constant(int() | float()):
                return self.ring.constant(Fraction(self.source(node)))
            case ast.Name(name) if self.scope:
                return self.scope.lookup(name)
            case ast.UnaryOp(ast.USub(), inner):
                return self.value(inner) * -1
            case ast.BinOp(left, ast.Pow(), right):
                k = self.number(right)
                refuse_if(k.denominator != 1 or abs(k) > 10_000, "an exponent is too large or not an integer")
                return self.value(left) ** int(k)
            case ast.BinOp(left, op, right) if type(op) in ARITHMETIC:
                return ARITHMETIC[type(op)](self.value(left), self.value(right))
            case ast.Call() if self.source(node) in self.values:
                return self.ring.constant(self.values[self.source(node)])
            case ast.Call(ast.Name("diff"), [inner, ast.Name(x)], []) if self.scope:
                return self.ring.diff(self.value(inner), self.scope.variable(x))
            case ast.Call(ast.Name("subs"), [inner, ast.Name(x), y], []) if self.scope:
                return self.ring.subs(self.value(inner), self.scope.variable(x), self.value(y))
            case ast.Call(ast.Name("coeff"), [inner, ast.Name(x), k], []) if self.scope:
                parts = self.ring.coefficients(self.value(inner).polynomial(), self.scope.variable(x))
                return Quotient(self.ring, parts.get(self.number(k), {}))
            case ast.Call(ast.Name(name), args, []) if name in NUMERIC and 1 <= len(args) <= NUMERIC[name][0]:
                return self.ring.constant(NUMERIC[name][1](*map(self.number, args)))
        raise Refused(f"an expression may not use {self.source(node)[:40]!r}")

    def truth(self, node):
        match node:
            case ast.Name("true" | "false"):
                return node.id == "true"
            case ast.UnaryOp(ast.Not(), inner):
                return not self.truth(inner)
            case ast.BoolOp(op, parts):
                return (all if type(op) is ast.And else any)([self.truth(part) for part in parts])
            case ast.Compare(left, ops, right):
                pairs = zip(pairwise([left, *right]), ops, strict=True)
                return all([self.compare(a, op, b) for (a, b), op in pairs])
        raise Refused("a statement is needed")

    def compare(self, left, op, right):
        x, y, literal = self.number(left), self.number(right), self.source(right).lstrip("-")
        if type(op) in COMPARE:
            return COMPARE[type(op)](x, y)
        plain_number = type(op) is ast.In and re.fullmatch(r"\d+(\.\d+)?", literal)
        refuse_if(not plain_number, "the right side of ~= must be a literal")
        return abs(x - y) * 2 <= Fraction(1, 10 ** len(literal.partition(".")[2]))

# ------------------------------------------------- expectations of trace words (Gaussian integration)
# A word is a string over v (V), t (V transposed), w (W = XX^T); a state is a sorted tuple of words.

def reverse(word):
    return word.translate(str.maketrans("vt", "tv"))[::-1]

def canonical(word):
    return min((x[i:] + x[:i] for x in (word, reverse(word)) for i in range(len(x))), default="")

def splits(word):
    return [(word[:j], word[j + 1 :]) for j, letter in enumerate(word) if letter == "w"]

class Words:
    """E of products of traces of words, by integration by parts on one factor of W."""

    def __init__(self, ring, n, trace):
        self.ring, self.n, self.trace, self.memo, self.size = ring, n, trace, {}, 0

    def expect(self, words):
        state = tuple(sorted(map(canonical, words)))
        if state not in self.memo:
            self.memo[state] = out = self.derive(state)
            self.size += len(out.top)
            refuse_if(self.size > 10 * MAX_TERMS, "the expectation has too many terms")
        return self.memo[state]

    def derive(self, state):
        k, out = next((k for k, word in enumerate(state) if "w" in word), None), self.ring.constant(1)
        if k is None:
            for word in state:
                out = out * self.trace(word)
            return out
        (left, right), rest = splits(state[k])[0], state[:k] + state[k + 1 :]
        u = right + left  # the trace is tr(W u)
        terms = []
        for p, q in splits(u):  # another W in the same trace: u = p W q
            terms += [(reverse(p) + "w" + q, *rest), ("w" + p, q, *rest)]
        for m, other in enumerate(rest):
            for p, q in splits(other):  # in another trace: tr(W r)
                joined = "w" + u + q + p, "w" + q + p + reverse(u)
                terms += [(word, *rest[:m], *rest[m + 1 :]) for word in joined]
        out = self.n * self.expect((u, *rest))
        for words in terms:
            out = out + self.expect(words)
        return out

    def loss(self, layers, noise=0):
        """Return E|(I-VS)^L|_F^2 + (noise/n) E tr(Q S Q^T), Q = sum_{k<L} (I-VS)^k V."""
        total = self.ring.constant(0)
        for i in range(layers + 1):
            for j in range(layers + 1):
                for k, middle, factor in ((0, "", 1), (1, "vwt", noise)):
                    c = (-1) ** (i + j) * comb(layers, i + k) * comb(layers, j + k)
                    if c and factor:
                        mean = self.expect(["vw" * i + middle + "wt" * j])
                        total = total + mean * factor * c / self.n ** (i + j + 2 * k)
        return total

def matrix_trace(ring, matrix):
    """Return the function word in V, V^T -> trace, for an explicit matrix V."""
    size, transposed, zero = range(len(matrix)), list(zip(*matrix, strict=True)), ring.constant(0)

    def trace(word):
        product = [[ring.constant(int(i == j)) for j in size] for i in size]
        for letter in word:
            columns = transposed if letter == "v" else matrix
            product = [[sum(map(operator.mul, row, column), zero) for column in columns] for row in product]
        return sum((product[i][i] for i in size), zero)

    return trace

def variation_trace(ring, sign, d):
    """Return the same for V = aI + sK up to s^2, |K| = 1, K^T = sign K, tr K = 0 (so tr K^2 = sign)."""
    a, s = ring.variable("a"), ring.variable("s")

    def trace(word):
        flips = [sign if letter == "t" else 1 for letter in word]
        pairs = sign * sum(x * y for i, x in enumerate(flips) for y in flips[:i])
        return d * a ** len(word) + (a ** (len(word) - 2) * s * s * pairs if pairs else 0)

    return trace

# --------------------------------------------------------------------------------------- step kinds

def get(data, key, kind=str):
    """Return a field of a JSON object; ``kind`` is its type, or list[type of the members]."""
    value, outer = data.get(key) if type(data) is dict else None, getattr(kind, "__origin__", kind)
    right = type(value) is outer and (outer is kind or all(type(part) is kind.__args__[0] for part in value))
    refuse_if(not right, f"field {key!r} is missing or of the wrong type")
    return value

def plain(text):
    """Return text that is safe to print on one line."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(str(text).split()))

def rational(text):
    right = type(text) is str and re.fullmatch(r"-?[0-9]{1,4000}(/[1-9][0-9]{0,3999})?", text)
    refuse_if(not right, f"not a rational number: {str(text)[:40]!r}")
    return Fraction(text)

def ends(pair):
    refuse_if(type(pair) is not list or len(pair) != 2, "a range needs two ends")
    return -inf if pair[0] == "-oo" else rational(pair[0]), inf if pair[1] == "oo" else rational(pair[1])

def range_text(domain):
    return ", ".join(f"{name} in {'(' if low == '-oo' else '['}{low}, {high}{')' if high == 'oo' else ']'}"
                     for name, (low, high) in sorted(domain.items()))  # fmt: skip

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

    def box(self, domain):
        return {self.variable(name): ends(pair) for name, pair in domain.items()}

    def bind(self, name, value, meaning):
        taken = {*self.ring.names, *self.names, *(self.parent.names if self.parent else ()), *self.foreign}
        free = re.fullmatch(NAME, name) and name not in taken | RESERVED
        refuse_if(not free, f"{name[:40]!r} is no name, or is taken")
        self.certificate.size += len(value.top) + len(value.under)
        refuse_if(self.certificate.size > 10 * MAX_TERMS, "the definitions have too many terms")
        self.names[name], self.meaning[name] = value, f"{name} := {meaning}"
        return self.meaning[name]

    def derived(self, name, stated, value, meaning):
        """Bind a derived quantity after comparing it with the value that the certificate states."""
        value = self.localised(value)
        refuse_if(not value.equals(self.value(stated)), "the value stated is not the value derived")
        return self.bind(name, value, meaning)

    def run(self, steps, where=""):
        for number, step in enumerate(steps, 1):
            try:
                self.add(step)
            except Refused as problem:
                kind = plain(step.get("kind"))[:20] if type(step) is dict else "?"
                raise Refused(f"{where}step {number} ({kind}): {problem}") from None
        for name in sorted(self.names.keys() - self.used):
            unused = self.meaning[name] not in self.certificate.needed
            refuse_if(unused, f"the definition of {name!r} is not used")

    def add(self, step):
        """Verify one step by the rule of its kind and return the sentences that it establishes."""
        kind = get(step, "kind")
        refuse_if(kind not in KINDS, f"unknown step kind {kind[:40]!r}")
        rule, fields = getattr(self, kind), {}
        for field in inspect.signature(rule).parameters.values():
            key = field.name.rstrip("_")  # as_ and from_: the others are words of Python
            if key in step or field.default is field.empty:
                fields[field.name] = get(step, key, field.annotation)
        out = rule(**fields)
        out = out if type(out) is list else [out]
        self.sentences.update(out)
        return out

    # The rules: each takes the fields of a step, of these types, and returns what it has verified.

    def loss(self, name: str, value: str, layers: int, V: list[list], noise: str = ""):
        square = 1 <= len(V) <= 4 and all(len(row) == len(V) for row in V)
        refuse_if(not 1 <= layers <= 4 or not square, "layers must be 1..4 and V square of size 1..4")
        refuse_if("n" not in self.ring.names, "the loss needs a variable n")
        trace = matrix_trace(self.ring, [[self.value(x) for x in row] for row in V])
        found = Words(self.ring, self.lookup("n"), trace).loss(layers, noise and self.value(noise))
        shown, extra = "; ".join(", ".join(row) for row in V), f", noise={noise}" if noise else ""
        return self.derived(name, value, found, f"loss(layers={layers}, V=[{shown}]{extra})")

    def variation(self, name: str, value: str, layers: int, direction: str, d: str):
        sign, i = {"skew": -1, "symmetric": 1}.get(direction), self.ring.names.index(self.variable("s"))
        refuse_if(not 1 <= layers <= 4 or not sign, "layers must be 1..4, direction skew or symmetric")
        refuse_if(words_of(d) - {"d"}, "d must be a number or the variable d")
        for v in {"a", "n", *words_of(d)}:
            self.variable(v)
        trace = variation_trace(self.ring, sign, self.value(d))
        found = Words(self.ring, self.ring.variable("n"), trace).loss(layers)
        found = Quotient(self.ring, {m: c for m, c in found.top.items() if m[i] <= 2}, found.under)
        meaning = f"loss(layers={layers}, V=aI+sK, K {direction} of norm 1, d={d}) + O(s^3)"
        return self.derived(name, value, found, meaning)

    def above(self, quantity, bound, what):
        """Refuse a quantity that is a number and not above a bound (a letter stands for large values)."""
        number = all(m in self.ring.one for m in quantity.top) and quantity.under == self.ring.one
        refuse_if(number and quantity.number() <= bound, f"{what} must be above {bound}")

    def moment(self, name: str, value: str, powers: list[int], d: str, n: str):
        good = powers and min(powers) >= 1 and sum(powers) <= 12
        refuse_if(not good, "powers must be positive integers of sum at most 12")
        size, shown = self.value(d), ", ".join(map(str, powers))
        self.above(size, 0, "the dimension"), self.above(self.value(n), 0, "the degrees of freedom")
        found = Words(self.ring, self.value(n), lambda _: size).expect(["w" * k for k in powers])
        return self.derived(name, value, found, f"E prod tr W^k, k = {shown}, d={d}, n={n}")

    def chi(self, name: str, value: str, power: int, m: str):
        refuse_if(abs(power) > 200, "the power is too large")
        freedom, found = self.value(m), self.ring.constant(1)
        self.above(freedom, -2 * min(power, 0), "degrees of freedom for this power to be integrable")
        for k in range(abs(power)):
            found = found * (freedom + 2 * k) if power > 0 else found / (freedom - 2 * (k + 1))
        return self.derived(name, value, found, f"E X^{power}, X ~ chi2({m})")

    def define(self, name: str, as_: str):
        return self.bind(name, self.value(as_), as_)

    def identity(self, left: str, right: str):
        refuse_if(not self.value(left).equals(self.value(right)), "the two sides are not equal")
        return f"{left} == {right}"

    def sign(self, of: str, relation: str, domain: dict, method: str,
             terms: list[list] = (), multiplier: str = "1"):  # fmt: skip
        ranges, strict, p = self.box(domain), len(relation) == 1, self.poly(of)
        refuse_if(relation not in (">", ">=", "<", "<="), f"unknown relation {relation[:20]!r}")
        refuse_if(self.ring.occurring(p) - ranges.keys(), "a variable has no range")
        p = p if relation[0] == ">" else {m: -c for m, c in p.items()}
        if method == "sturm" and len(ranges) == 1 and strict:
            ((name, (low, high)),) = ranges.items()
            q = self.ring.univariate(p, name)
            wrong = count_roots(q, low, high) or sign_at(q, low) != 1
            refuse_if(wrong, "Sturm's theorem does not give that sign")
        elif method == "shift":
            self.shifted(p, strict, ranges)
        elif method == "squares":
            self.squares(p, strict, ranges, terms, self.poly(multiplier))
        else:
            raise Refused(f"no method {method[:20]!r} for this sign")
        return f"{of} {relation} 0 for {range_text(domain)}"

    def squares(self, p, strict, ranges, terms, factor):
        """Prove p >= 0 by factor * p = sum of weight * base^2, the factor > 0, the weights >= 0 on the
        ranges; for p > 0 the first base is 1 and the first weight > 0."""
        ranges, total = {v: pair for v, pair in ranges.items() if pair != (-inf, inf)}, self.ring.constant(0)
        refuse_if(any(len(term) != 2 for term in terms), "terms are pairs")
        refuse_if(strict and (not terms or terms[0][1] != "1"), "the first base must be 1")
        self.shifted(factor, True, ranges)
        for k, (weight, base) in enumerate(terms):
            self.shifted(self.poly(weight), strict and k == 0, ranges)
            total = total + self.value(weight) * self.value(base) ** 2
        refuse_if(total.polynomial() != p_mul(factor, p), "the sum of squares is not the polynomial")

    def shifted(self, p, strict, ranges):
        """Prove p > 0 (or >= 0) on a box: non-negative coefficients after x = low + y, x = high - y,
        or x = (low + high y)/(1 + y), y >= 0; p > 0: also a positive one at every corner."""
        ring, corners = self.ring, [dict.fromkeys(self.ring.names, 0)]
        for name, (low, high) in ranges.items():
            refuse_if((low, high) == (-inf, inf) or low > high, "a range has no finite end")
            y, degree = ring.variable(name), max(ring.coefficients(p, name), default=0)
            if inf in (-low, high):
                x = y + low if high == inf else y * -1 + high
            else:
                x = (y * high + low) / (y + 1)
                corners += [{**corner, name: degree} for corner in corners if degree]
            p, _ = ring.replace(p, name, x)
        refuse_if(any(c < 0 for c in p.values()), "a coefficient is negative after the shift")
        refuse_if(ring.occurring(p) - ranges.keys(), "a variable has no range")
        missing = any(tuple(corner.values()) not in p for corner in corners)
        refuse_if(strict and missing, "the sign is not strict at an end")

    def cover(self, of: list[str], domain: dict, tree: list[str]):
        """On every part of a subdivided box one of the alternatives is non-negative (``tree``: in
        preorder, "x:c" cuts the range of x at c, and a digit names the alternative of a part)."""
        parts, polys = [self.box(domain)], [self.poly(text) for text in of]
        for token in tree:
            refuse_if(not 1 <= len(parts) <= 80, "the subdivision cannot be read")
            ranges, (name, _, cut) = parts.pop(), token.partition(":")
            if re.fullmatch("[0-9]", token) and int(token) < len(polys):
                self.shifted(polys[int(token)], False, ranges)
            else:
                (low, high), cut = ranges.get(name, (inf, inf)), rational(cut)
                refuse_if(not low < cut < high, "a cut is outside its range")
                parts += [{**ranges, name: (cut, high)}, {**ranges, name: (low, cut)}]
        refuse_if(parts, "a part of the subdivision has no alternative")
        return f"{' >= 0 or '.join(of)} >= 0 for {range_text(domain)}"

    def located(self, text, variable, domain, intervals):
        """Return the ends of the intervals that isolate the real roots of an expression on a range."""
        p = self.ring.univariate(self.poly(text), self.variable(variable))
        return isolate(p, intervals, *ends(domain))

    def roots(self, of: str, variable: str, range: list, intervals: list):
        k = len(self.located(of, variable, range, intervals))
        shown = "".join(f" [{a}, {b}]" for a, b in intervals)
        return f"{of} has {k} real roots for {range_text({variable: range})}:{shown or ' none'}"

    def atroots(self, of: str, relation: str, at: str, variable: str, range: list, intervals: list):
        q = self.ring.univariate(self.poly(of), self.variable(variable))
        for low, high in self.located(at, variable, range, intervals):
            wrong = count_roots(q, low, high) or sign_at(q, low) != {">": 1, "<": -1}.get(relation)
            refuse_if(wrong, f"the sign is not {relation[:2]!r} on a whole isolating interval")
        refuse_if(relation not in (">", "<"), f"unknown relation {relation[:20]!r}")
        return f"{of} {relation} 0 at the real roots of {at}, {range_text({variable: range})}"

    def cases(self, variable: str, from_: int, to: int, conclude: list[str], steps: list[list]):
        right = 0 <= to - from_ < 500 and len(steps) == to - from_ + 1 and conclude and not self.parent
        refuse_if(not right, "cases need one list of steps a value")
        for value, part in enumerate(steps, from_):
            inner = Scope(self.certificate, self, (self.variable(variable), value))
            inner.run(part, where := f"{variable} = {value}: ")
            for s in conclude:
                good = s in inner.sentences and not s.startswith(ASSUMED)
                good = good and not words_of(s) & inner.names.keys()
                refuse_if(not good, f"{where}{s[:80]!r} is not established for names of all cases")
        return [f"for {variable} = {from_}..{to}: {s}" for s in conclude]

    def series(self, exponents: list[str], result: str):
        first = next((p for p in map(rational, exponents) if p != 1), 1)
        found = "converges" if first > 1 else "diverges"
        refuse_if(found != result or not 1 <= len(exponents) <= 8, f"the series {found}")
        return f"sum 1/(t, log t, log log t, ... to the powers {', '.join(exponents)}) {found}"

    def arithmetic(self, test: str, values: list[list]):
        for pair in values:
            call, value = pair if len(pair) == 2 else ("", "")
            known = self.sentences & {f"{call} = {value}", f"computed: {call} = {value}"}
            refuse_if(not known, f"the value of {str(call)[:60]!r} has no support")
        numbers = {call: rational(value) for call, value in values}
        refuse_if(Expression(test, Ring([]), None, numbers).result is not True, "the statement is false")
        return test

    def depends(self, id: str, sentences: list[str], sha256: str):
        other = self.certificate.other(id, sha256)
        refuse_if(self.parent, "a dependency inside a case")
        for sentence in sentences:
            known = sentence in other.scope.sentences and not sentence.startswith(("cited: ", "argued: "))
            refuse_if(not known, f"{id} does not establish {sentence[:80]!r}")
            self.take(other, sentence)
        return sentences

    def take(self, other, sentence):
        """Take over the meaning of every name in a sentence of another certificate."""
        for word in words_of(sentence):
            if word in other.ring.names:
                self.variable(word)
            elif word in other.scope.names:
                value, meaning = other.scope.names[word].moved(self.ring), other.scope.meaning[word]
                if word not in self.names:
                    self.bind(word, value, meaning.partition(" := ")[2])
                    self.sentences.add(meaning)
                    self.take(other, meaning)
                refuse_if(not value.equals(self.names[word]), f"{word!r} means something else in {other.id}")
                self.used.add(word)
                if word in other.pinned and self.meaning[word] == meaning:
                    self.pinned.add(word)
            else:
                here = word in self.names or word in self.ring.names
                refuse_if(here, f"{word!r} means something else in {other.id}")
                self.foreign.add(word)

    def cited(self, id: str, hypotheses: list[dict]):
        for text, by in [(get(hypothesis, "text"), get(hypothesis, "by")) for hypothesis in hypotheses]:
            known = by in self.sentences or by in self.certificate.hypotheses
            refuse_if(not text or not known, f"the hypothesis {text[:60]!r} has no support")
        return self.certificate.assume("cited", self.certificate.needs(id), id)

    def argued(self, name: str, text: str):
        refuse_if(len(text) < 20, "an argument must be given in full")
        return self.certificate.assume("argued", self.certificate.id, name)

    def computed(self, sentence: str, text: str, routes: list[str]):
        refuse_if(len(set(routes)) < 2 or not text, "a computed step must name two independent routes")
        try:
            plainly = Expression(sentence, Ring([])).result
        except Refused:
            plainly = None  # not a statement about rational numbers
        refuse_if(plainly is False, "the statement is false")
        return self.certificate.assume("computed", self.certificate.id, sentence)

KINDS = set("loss variation moment chi define identity sign cover roots atroots cases series arithmetic "
            "depends cited argued computed".split())  # fmt: skip

# ------------------------------------------------------------------------------- certificates, files

def digest(data):
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

def read_json(path):
    """Read one bounded JSON file; refuse links, duplicate keys, floats and deep nesting."""
    regular = os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) <= MAX_BYTES
    refuse_if(not regular, "not a regular file of at most 8 MB")

    def pairs(items):
        refuse_if(len(dict(items)) != len(items), "a key occurs twice")
        return dict(items)

    def number(text):
        short = re.fullmatch("-?[0-9]{1,12}", text)
        refuse_if(not short, f"{text[:20]!r} is no short integer (others are strings)")
        return int(text)

    with open(path, "rb") as file:
        raw = file.read(MAX_BYTES + 1)
    brackets = re.findall(rb"[\[\]{}]", re.sub(rb'"(?:[^"\\]|\\.)*"', b"", raw))
    depth = max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)
    refuse_if(depth > MAX_DEPTH, "nested too deeply")
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_int=number, parse_float=number,
                          parse_constant=number)  # fmt: skip
    except (ValueError, RecursionError) as problem:
        raise Refused(f"not JSON: {plain(problem)[:80]}") from None

class Store:
    """The certificates of a folder (or of a dict), each checked once; ``book``: what they must claim."""

    def __init__(self, folder, book=None):
        self.folder, self.book, self.done, self.path = folder, book, {}, []

    def get(self, name):
        circle = f"certificates depend on each other in a circle: {' -> '.join([*self.path, name])}"
        refuse_if(name in self.path, circle)
        if name not in self.done:
            self.path.append(name)
            try:
                refuse_if(not re.fullmatch(ID, name), "the file name is no claim id")
                if isinstance(self.folder, dict):
                    self.done[name] = Certificate(self, name, self.folder.get(name))
                else:
                    data = read_json(os.path.join(self.folder, name + ".json"))
                    self.done[name] = Certificate(self, name, data)
            except Refused as problem:
                self.done[name] = problem
            except Exception as problem:
                self.done[name] = Refused(f"malformed ({type(problem).__name__})")
            finally:
                self.path.pop()
        if isinstance(self.done[name], Refused):
            raise self.done[name]
        return self.done[name]

class Certificate:
    """One certificate, checked when it is built."""

    def __init__(self, store, name, data):
        keys = type(data) is dict and sorted(data) == ["claim", "format", "sha256", "steps", "variables"]
        refuse_if(not keys, "a certificate has the keys format, claim, variables, steps, sha256")
        refuse_if(data["format"] != FORMAT, f"the format is not {FORMAT!r}")
        claim, variables = get(data, "claim", dict), get(data, "variables", list[str])
        steps, params = get(data, "steps", list), get(claim, "params", dict)
        refuse_if(claim.get("id") != name, "the id of the claim is not the name of the file")
        hashes = {"claim": digest(claim), "steps": digest([variables, steps])}
        refuse_if(data["sha256"] != hashes, "a hash does not agree")
        known = store.book is None or (name in store.book and digest(store.book[name]) == hashes["claim"])
        refuse_if(not known, "the claim is not the one in the book")
        expected = claim.get("expect", "confirmed") == "confirmed"
        refuse_if(not expected, "the claim is not expected to hold: there is nothing to certify")
        good = all(re.fullmatch(NAME, v) and v not in RESERVED for v in variables)
        good = good and len(variables) <= 40 and len(set(variables)) == len(variables)
        refuse_if(not good, "variables must be distinct names")
        self.begin(name, claim, variables, store, digest(data))
        test = None if claim.get("test") is None else get(claim, "test")
        self.hypotheses = {f"given: {h}" for h in get(claim, "hypotheses", list[str])}
        self.needed = [fill(s, params) for s in get(claim, "proves", list[str])]
        sentences = [s for s in self.needed if not s.startswith(("exists ", "all "))]
        nothing = "the claim does not say which sentences its certificate must establish"
        refuse_if(not sentences and test is None, nothing)
        self.scope.run(steps)
        done = test is None or self.scope.sentences & {test, f"computed: {test}"}
        refuse_if(not done, f"the test {str(test)[:120]!r} is not established")
        for sentence in sentences:
            absent = sentence not in self.scope.sentences
            refuse_if(absent, f"the sentence {sentence[:120]!r} is not established")
        stated = {name for name, meaning in self.scope.meaning.items() if meaning in sentences}
        self.pinned = self.scope.pinned | stated
        self.clear(sentences)

    def begin(self, name, claim, variables, store=None, digest=""):
        """Start with no sentence established; ``size``: terms of all definitions so far."""
        self.id, self.claim, self.store, self.digest, self.size = name, claim, store, digest, 0
        self.needed, self.hypotheses, self.assumptions = [], set(), set()
        self.ring = Ring(variables)
        self.scope = Scope(self)

    def clear(self, sentences):
        """Refuse sentences with a name of which the claim says neither what it is nor that it is free."""
        witnesses, variables = ({n for s in self.needed if s.startswith(word) for n in words_of(s)}
                                for word in ("exists ", "all "))  # fmt: skip
        for name in sorted({w for s in sentences for w in words_of(s)} & self.scope.names.keys()):
            hint = f"{self.scope.meaning[name][:60]!r} or 'exists {name}', or a used claim must say so"
            unclear = f"the claim does not say what {name!r} is: its proves needs {hint}"
            refuse_if(name not in self.pinned | witnesses, unclear)
        for name in witnesses & self.scope.names.keys():
            self.scope.names[name].polynomial()  # a quotient with a pole would fit what is false there
        # diff(f, x) means something else when f is a variable: variables beside them must be recognisable
        for s in sentences:
            found = re.findall(rf"({NAME}) in [(\[]|, ({NAME})[,)]|(\bn\b)", s)
            variables |= words_of(s) if ":= loss(" in s else {name for names in found for name in names}
        for words in [words_of(s) for s in sentences if words_of(s) & {"diff", "subs", "coeff"}]:
            free = ", ".join(sorted(words & set(self.ring.names) - variables))
            refuse_if(free, f"the claim does not say that these are variables: its proves needs 'all {free}'")

    def needs(self, name):
        """Return an id that the claim uses."""
        known = re.fullmatch(ID, name) and ("uses" not in self.claim or name in get(self.claim, "uses", list))
        refuse_if(not known, f"{plain(name)[:80]} is not used by the claim")
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

def fill(template, params):
    return re.sub(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}", lambda m: str(params.get(m[1], m[0])), template)

def check_folder(folder, book=None, seconds=120.0, only=None):
    """Check every certificate of a folder; yield (id, accepted, message)."""
    names, store = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json")), Store(folder, book)
    for name in names if only is None else only:
        Refused.deadline = time.monotonic() + seconds
        try:
            modulo = ", ".join(sorted(store.get(name).assumptions))
            result = True, "checked" + (f" modulo {modulo}" if modulo else "")
        except Refused as problem:
            result = False, str(problem)
        finally:
            Refused.deadline = inf
        yield name, *result

def read_book(folder):
    """Return {id: the claim as certificates state it} from the TOML files of a book."""
    import tomllib

    defaults = {"kind": "number", "title": "", "statement": "", "hypotheses": [], "check": None, "params": {},
                "test": None, "proves": [], "states": [], "uses": [], "mutants": [], "floor": "exact",
                "expect": "confirmed", "not_checkable": None}  # fmt: skip
    out = {}
    for name in sorted(f for f in os.listdir(folder) if f.endswith(".toml")):
        with open(os.path.join(folder, name), "rb") as file:
            for entry in tomllib.load(file).get("claim", []):
                out[entry["id"]] = {"id": entry["id"]} | {k: entry.get(k, v) for k, v in defaults.items()}
    return out

def main(arguments):
    parser = argparse.ArgumentParser(prog="recheck.py", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", help="a folder of certificates (*.json)")
    parser.add_argument("--book", help="a folder of TOML files: each claim must be the one there")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one certificate")
    options, answers = parser.parse_args(arguments), []
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        book = options.book and read_book(options.book)
        for name, accepted, message in check_folder(options.folder, book, options.limit):
            answers.append(accepted)
            print(f"{'accepted' if accepted else 'REFUSED '}  {plain(name)}: {message}", flush=True)
            if accepted and book is None:
                claim = read_json(os.path.join(options.folder, name + ".json"))["claim"]
                statement = plain(fill(str(claim.get("statement")), claim["params"]))
                print(f"          states (not compared with a book): {statement}")
    except (OSError, KeyError, TypeError, ValueError) as problem:
        print(f"recheck.py: {plain(problem)}", file=sys.stderr)
        return 2
    print(f"{sum(answers)} accepted, {len(answers) - sum(answers)} refused")
    return 5 if not answers else 0 if all(answers) else 1

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
