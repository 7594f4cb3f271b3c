"""Critical context lengths, the order of the transition, and the skew part, all exact.

Run with ``python examples/exact_thresholds.py``; it prints::

    d = 2, L = 1: never
    d = 2, L = 2: a skew part from n = 15 on, continuous, real onset 14.9165
    d = 2, L = 3: a skew part from n = 14 on, jumping, real onset 14.2095
    d = 3, L = 2: the scalar matrix is unstable from n = 20 on; globally: ...
    d = L = 2, n = 15: b^2 is a root of -3828125 + 13125742500 x + 89178926400 x^2 + 2535579648 x^3
    b = 0.017060906, loss gained: 1.3669666e-6
"""

from symbolic.phase import critical_context, onset, transition_order
from symbolic.transition import skew, skew_gain
from symbolic.values import NEVER, Bounded, enclose


def main() -> None:
    """Print the table."""
    for layers in (1, 2, 3):
        n = critical_context(2, layers)
        if n is NEVER:
            print(f"d = 2, L = {layers}: never")
            continue
        order = {1: "jumping", 2: "continuous"}[transition_order(2, layers)]
        start = enclose(onset(2, layers)).str(6, radius=False)
        print(f"d = 2, L = {layers}: a skew part from n = {n} on, {order}, real onset {start}")

    found = critical_context(3, 2)  # for d >= 3 perhaps known only between two bounds
    known = f"between {found.lower} and {found.upper}" if isinstance(found, Bounded) else f"from n = {found} on"
    local = critical_context(3, 2, "local")
    print(f"d = 3, L = 2: the scalar matrix is unstable from n = {local} on; globally: {known}")

    b = skew(2, 2, 15)
    c = b.coefficients  # of a polynomial in b^2, so every second one vanishes
    print(f"d = L = 2, n = 15: b^2 is a root of {c[0]} + {c[2]} x + {c[4]} x^2 + {c[6]} x^3")
    print(f"b = {enclose(b).str(8, radius=False)}, loss gained: {enclose(skew_gain(2, 2, 15)).str(8, radius=False)}")


if __name__ == "__main__":
    main()
