r"""A second, independent opinion: the theorem for d = L = 2 as a Coq file with explicit certificates.

The file states, for every integer n >= 1, that a global minimiser of n^3 f over all 2x2 matrices
(coordinates a, B = b^2 >= 0, C = r^2 >= 0) has C = 0, and has B > 0 if and only if n >= 15; that at
most one (a, B) is a minimiser; and that there is one.  Every polynomial inequality is
handed over as an identity for ``ring`` and a list of non-negative numbers: no tactic has to search.  What
the file takes as given is the loss polynomial itself, which ``verify/recheck.py`` derives from the
Gaussian expectations.

Steps of the proof: see ``symbolic/skew_theorem.py``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from math import comb
from pathlib import Path

from flint import fmpq, fmpq_mpoly

from symbolic.plane import PLANE
from symbolic.skew_theorem import (
    bezout_cofactors,
    coefficients_in_a,
    finite_case_points,
    loss_part,
    onset_polynomial,
    quadratic_discriminant,
    reduced_derivative,
    scalar_derivative,
    skew_hessian,
)

__all__ = ["CoqResult", "check_with_coq", "export"]

THRESHOLD = 15


def export() -> str:
    """Return the Coq file.

    Raises:
        ArithmeticError: a certificate does not have the signs that it should have.

    >>> "Theorem skew_iff" in export()
    True
    """
    text = (Path(__file__).parent / "report" / "templates" / "skew.v").read_text(encoding="utf-8")
    parts = {
        "DEFINITIONS": "\n".join(_definitions()),
        "POSITIVE": "\n".join(_positive_parts()),
        "FINITE": "\n".join(_finite_cases()),
        "EARLY": "\n".join(_early_cases()),
        **_derivatives(),
        **{name.upper(): _text(poly) for name, poly in {**_valley(), **_outside()}.items()},
    }
    return re.sub(r"@([A-Z0-9_]+)@", lambda match: parts[match[1]], text)


class CoqResult:
    """What ``coqc`` said: whether it accepted the file, the axioms it lists, or its message."""

    def __init__(self, accepted: bool, axioms: tuple[str, ...], message: str) -> None:
        self.accepted, self.axioms, self.message = accepted, axioms, message


def check_with_coq(text: str, seconds: float = 600.0) -> CoqResult | None:
    """Return the opinion of ``coqc`` on a file, or None where Coq is not installed."""
    coqc = shutil.which("coqc")
    if coqc is None:
        return None
    with tempfile.TemporaryDirectory(prefix="verify-coq-") as folder:
        (Path(folder) / "Skew.v").write_text(text, encoding="utf-8")
        try:
            done = subprocess.run([coqc, "-q", "Skew.v"], cwd=folder, capture_output=True, text=True,
                                  timeout=seconds, check=False)  # fmt: skip
        except subprocess.TimeoutExpired:
            return CoqResult(False, (), f"coqc did not finish within {seconds:g} s")
    axioms = tuple(dict.fromkeys(re.findall(r"^([A-Za-z_][\w.]*)(?=\s*(?::|$))(?<!Axioms)", done.stdout, re.M)))
    return CoqResult(done.returncode == 0, axioms, (done.stderr or done.stdout).strip()[-2000:])


# ------------------------------------------------------------------------------------ polynomials


def _text(poly: fmpq_mpoly) -> str:
    terms = []
    for exponents, value in poly.to_dict().items():
        if value.q != 1:
            raise ArithmeticError("a polynomial of the export has a fraction")
        powers = [f"{v}^{e}" if e > 1 else v for v, e in zip(("n", "a"), exponents, strict=False) if e]
        terms.append("*".join([f"({int(value.p)})", *powers]))
    return " + ".join(terms) or "0"


def _horner(coefficients: list[int], variable: str) -> str:
    text = str(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        text = f"{c} + {variable}*({text})"
    return text


def _shifted(poly: fmpq_mpoly, low: int) -> list[int]:
    """Return the coefficients in n - low of a polynomial in n alone."""
    n = PLANE.gens()[0]
    moved = poly.compose(n + low, *PLANE.gens()[1:])
    out = [0] * (moved.degrees()[0] + 1)
    for exponents, value in moved.to_dict().items():
        if any(exponents[1:]) or value.q != 1:
            raise ArithmeticError("not an integer polynomial in n alone")
        out[exponents[0]] = int(value.p)
    return out


def _positive(name: str, poly: fmpq_mpoly, low: int) -> str:
    """Return a lemma: 0 < name(n) for n >= low, by coefficients after a shift."""
    coefficients = _shifted(poly, low)
    if coefficients[0] <= 0 or min(coefficients) < 0:
        raise ArithmeticError(f"{name} has no shifted certificate at n = {low}")
    return f"""\
Lemma {name}_positive : forall n, {low} <= n -> 0 < {_text(poly)}.
Proof.
  intros n Hn. assert (K : 0 <= n - {low}) by lra.
  replace ({_text(poly)}) with ({_horner(coefficients, f"(n - {low})")}) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.
"""


def _always(name: str, poly: fmpq_mpoly, low: int = 1) -> list[str]:
    """Return lemmas: 0 < name(n, a) for every a and n >= low, by a square and two shifts."""
    c0, c1, c2 = coefficients_in_a(poly)
    return [
        _positive(f"{name}_top", c2, low),
        _positive(f"{name}_rest", quadratic_discriminant(poly), low),
        f"""\
Lemma {name}_positive : forall n a, {low} <= n -> 0 < {_text(poly)}.
Proof.
  intros n a Hn.
  replace ({_text(poly)}) with (({_text(c2)})*a^2 + ({_text(c1)})*a + ({_text(c0)})) by ring.
  apply quadratic; [apply {name}_top_positive; exact Hn | ].
  replace (4*({_text(c2)})*({_text(c0)}) - ({_text(c1)})^2) with ({_text(quadratic_discriminant(poly))}) by ring.
  apply {name}_rest_positive; exact Hn.
Qed.
""",
    ]


def _definitions() -> list[str]:
    two = {"f0", "f2", "g2"}
    defined = {name: loss_part(name) for name in ("f0", "f2", "f4", "g2", "g4", "m")}
    out = []
    for name, poly in defined.items():
        out.append(f"Definition {name} (n{' a' if name in two else ''} : R) : R := {_text(poly)}.")
    multiplier, cofactor, onset = bezout_cofactors()
    derived = {"g": scalar_derivative(), "h": skew_hessian(), "c": reduced_derivative(), "P": multiplier, "U": cofactor}
    out += [f"Definition {name} (n a : R) : R := {_text(poly)}." for name, poly in derived.items()]
    out.append(f"Definition R4 (n : R) : R := {_text(onset)}.")
    total = "f0 n a + f2 n a * B + f4 n * B^2 + g2 n a * C + g4 n * C^2 + m n * B * C"
    out.append(f"Definition F (n a B C : R) : R := {total}.")
    return out


def _positive_parts() -> list[str]:
    f2, f4, g2, g4, m = (loss_part(name) for name in ("f2", "f4", "g2", "g4", "m"))
    quartic = coefficients_in_a(loss_part("f0"))[4]
    return [
        *_always("sum2", f2 + g2),
        *_always("tangent", g2),
        *_always("convex", scalar_derivative().derivative("a")),
        *_always("multiplier", bezout_cofactors()[0]),
        _positive("g4", g4, 1),
        _positive("f4", f4, 2),
        _positive("difference", g4 - f4, 1),
        _positive("mixed", m + 2 * f4, 1),
        _positive("total", g4 + f4 + m, 1),
        _positive("quartic", quartic, 1),
        _positive("onset", onset_polynomial(), THRESHOLD),
        *(_positive(name, poly, THRESHOLD) for name, poly in _valley().items() if name not in _UNSIGNED),
        *(_positive(name, poly, 1) for name, poly in _outside().items()),
        _positive("cubic_top", coefficients_in_a(reduced_derivative())[3], THRESHOLD),
    ]


def _outside() -> dict[str, fmpq_mpoly]:
    """Return the coefficients of f2 and f0 at -y and at 2 + y, y >= 0: positive but for f0's constant."""
    n, a, big_b, c = PLANE.gens()
    out: dict[str, fmpq_mpoly] = {}
    for name, poly in (("f2", loss_part("f2")), ("f0", loss_part("f0"))):
        for side, point in (("below", -a), ("above", 2 + a)):
            parts = coefficients_in_a(poly.compose(n, point, big_b, c))
            out |= {f"{name}_{side}{k}": part for k, part in enumerate(parts) if k or name == "f2"}
    return out


_UNSIGNED = ("gp", "cubic2", "cubic3")


def _valley() -> dict[str, fmpq_mpoly]:
    """Return the polynomials in n that bracket {h < 0} and the root of c there by 3/4 and 2."""
    n, a, big_b, c = PLANE.gens()
    h, cubic = skew_hessian(), reduced_derivative()
    left = coefficients_in_a(16 * h.compose(n, fmpq(3, 4) - a, big_b, c))
    right = coefficients_in_a(h.compose(n, 2 + a, big_b, c))
    parts = coefficients_in_a(cubic)
    return {
        **{f"left{k}": poly for k, poly in enumerate(left)},
        **{f"right{k}": poly for k, poly in enumerate(right)},
        "cubic_left": 64 * cubic.compose(n, PLANE.constant(fmpq(3, 4)), big_b, c),
        "cubic_right": -cubic.compose(n, PLANE.constant(2), big_b, c),
        "cubic2": parts[2],
        "cubic3": parts[3],
        "gp": scalar_derivative().derivative("a"),
    }


def _finite_cases() -> list[str]:
    out = []
    for n in range(1, 10):
        c0, c1, c2 = (_value(c, n) for c in coefficients_in_a(loss_part("f2")))
        if c2 <= 0 or _discriminant(n) < 0:
            raise ArithmeticError(f"f2 is not non-negative at n = {n}")
        strict, lemma = ("<", "quadratic") if _discriminant(n) > 0 else ("<=", "quadratic_weak")
        out.append(f"""\
Lemma short_{n} : forall a, 0 {strict} f2 {n} a.
Proof.
  intros a. replace (f2 {n} a) with (({c2})*a^2 + ({c1})*a + ({c0})) by (unfold f2; ring).
  apply {lemma}; lra.
Qed.
""")
    for n in range(10, THRESHOLD):
        out.append(_middle_case(n))
    return out


def _discriminant(n: int) -> Fraction:
    """Return 4 A C - B^2 of f2 = A a^2 + B a + C: positive iff f2 > 0 for all a."""
    return _value(quadratic_discriminant(loss_part("f2")), n)


def _value(poly: fmpq_mpoly, n: int) -> Fraction:
    value = poly(n, 0, 0, 0)
    return Fraction(int(value.p), int(value.q))


def _middle_case(n: int) -> str:
    """Return the lemma: c < 0 wherever h < 0, at one n: outside [left, 2] h > 0, inside c < 0."""
    left, right = finite_case_points(n)[1], Fraction(2)
    h = [_value(part, n) for part in coefficients_in_a(skew_hessian())]
    cubic = [_value(part, n) for part in coefficients_in_a(reduced_derivative())]
    below = [sum(x * comb(k, j) * left ** (k - j) * (-1) ** j for k, x in enumerate(h)) for j in range(3)]
    above = [sum(x * comb(k, j) * right ** (k - j) for k, x in enumerate(h)) for j in range(3)]
    inside = [-x / (right - left) ** 3 for x in _bernstein(cubic, left, right)]
    if min(below) < 0 or min(above) < 0 or min(inside) <= 0 or below[0] <= 0 or above[0] <= 0:
        raise ArithmeticError(f"no certificate for n = {n}")
    lo, hi = f"({left.numerator}/{left.denominator})", "2"
    bump = " + ".join(
        f"({x.numerator}/{x.denominator})*((a - {lo})^{k}*({hi} - a)^{3 - k})" for k, x in enumerate(inside)
    )
    return f"""\
Lemma middle_{n} : forall a, h {n} a < 0 -> c {n} a < 0.
Proof.
  intros a Hh.
  destruct (Rlt_le_dec a {lo}) as [L|L].
  - exfalso. assert (E : h {n} a = {_horner_fraction(below, f"({lo} - a)")}) by (unfold h; field).
    assert (K : 0 <= {lo} - a) by lra.
    assert (0 < h {n} a); [rewrite E | lra].
    apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
  - destruct (Rlt_le_dec {hi} a) as [M|M].
    + exfalso. assert (E : h {n} a = {_horner_fraction(above, f"(a - {hi})")}) by (unfold h; field).
      assert (K : 0 <= a - {hi}) by lra.
      assert (0 < h {n} a); [rewrite E | lra].
      apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
    + assert (E : - c {n} a = {bump}) by (unfold c; field).
      assert (0 < - c {n} a); [rewrite E | lra].
      apply (bernstein (a - {lo}) ({hi} - a)); lra.
Qed.
"""


def _horner_fraction(coefficients: Sequence[Fraction | int], variable: str) -> str:
    first, second, third = (f"({x.numerator}/{x.denominator})" for x in coefficients)
    return f"{first} + {variable}*({second} + {variable}*{third})"


def _bernstein(coefficients: list[Fraction], left: Fraction, right: Fraction) -> list[Fraction]:
    """Return b with (right - left)^3 p(x) = sum b_k (x - left)^k (right - x)^(3 - k)."""
    from flint import fmpq_poly

    y, one = fmpq_poly([_rational(left), _rational(right)]), fmpq_poly([1, 1])
    total = fmpq_poly([0])
    for k, value in enumerate(coefficients):
        total += _rational(value) * y**k * one ** (3 - k)
    return [Fraction(int(total[k].p), int(total[k].q)) for k in range(4)]


def _rational(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _derivatives() -> dict[str, str]:
    """Return the Taylor coefficients in a of f0 and f2 that the file names: F0_2 is f0''/2."""
    out = {}
    for name in ("f0", "f2"):
        part = loss_part(name)
        for k in range(1, 5):
            part = part.derivative("a") * fmpq(1, k)
            out[f"{name.upper()}_{k}"] = _text(part)
    out["F2_1_AT_X"] = re.sub(r"\ba\b", "x", out["F2_1"])
    return out


def _early_cases() -> list[str]:
    """Return the lines that refute a skew part for n = 1, ..., 9, one case each."""
    out = []
    for n in range(1, 10):
        strict = "apply Rlt_le; " if _discriminant(n) > 0 else ""
        first = "reflexivity" if n == 1 else f"apply f4_at; lra | intro x; {strict}apply short_{n}"
        lemma = "early_strict" if n == 1 else "early"
        out.append(f"  destruct (Z.eq_dec z {n}) as [E|];"
                   f" [subst z; apply ({lemma} {n} a B); [{first} | exact HB | exact Hmin] | ].")  # fmt: skip
    return out
