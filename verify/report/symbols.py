"""The closed list of mathematical commands that reports pass through, with their characters.

Everything inside ``$...$`` is parsed by ``verify.report.mathtext`` with these tables; a command
that is not listed here is never handed to LaTeX or to a browser as a command.
"""

from __future__ import annotations

__all__ = [
    "ACCENTS",
    "ALPHABETS",
    "BIG_DELIMITERS",
    "BIG_OPERATORS",
    "BINARY",
    "DELIMITERS",
    "ENVIRONMENTS",
    "FUNCTIONS",
    "IGNORED",
    "LETTERS",
    "RELATIONS",
    "SPACES",
    "UNICODE",
]


def _table(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


LETTERS = _table(
    "alpha=α beta=β gamma=γ delta=δ epsilon=ϵ varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ iota=ι "
    "kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π varpi=ϖ rho=ρ varrho=ϱ sigma=σ varsigma=ς tau=τ "
    "upsilon=υ phi=ϕ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π "
    "Sigma=Σ Upsilon=Υ Phi=Φ Psi=Ψ Omega=Ω ell=ℓ hbar=ℏ imath=ı jmath=ȷ Re=ℜ Im=ℑ aleph=ℵ "
    "infty=∞ nabla=∇ partial=∂ emptyset=∅ varnothing=∅ forall=∀ exists=∃ nexists=∄ top=⊤ bot=⊥ "
    "angle=∠ dagger=† ldots=… dots=… cdots=⋯ vdots=⋮ ddots=⋱ prime=′ square=□ Box=□ checkmark=✓"
)
BINARY = _table(
    "pm=± mp=∓ times=× div=÷ cdot=⋅ ast=∗ star=⋆ circ=∘ bullet=∙ oplus=⊕ ominus=⊖ otimes=⊗ odot=⊙ "
    "cup=∪ cap=∩ setminus=∖ wedge=∧ land=∧ vee=∨ lor=∨ sqcup=⊔ sqcap=⊓ amalg=⨿ bmod=mod"
)
RELATIONS = _table(
    "le=≤ leq=≤ ge=≥ geq=≥ ne=≠ neq=≠ lt=< gt=> ll=≪ gg=≫ equiv=≡ sim=∼ simeq=≃ approx=≈ cong=≅ "
    "propto=∝ asymp=≍ leqslant=⩽ geqslant=⩾ prec=≺ succ=≻ preceq=⪯ succeq=⪰ subset=⊂ supset=⊃ "
    "subseteq=⊆ supseteq=⊇ in=∈ notin=∉ ni=∋ mid=∣ parallel=∥ perp=⊥ models=⊨ vdash=⊢ to=→ "
    "rightarrow=→ leftarrow=← gets=← leftrightarrow=↔ Rightarrow=⇒ Leftarrow=⇐ Leftrightarrow=⇔ "
    "implies=⟹ impliedby=⟸ iff=⟺ mapsto=↦ longrightarrow=⟶ longmapsto=⟼ uparrow=↑ downarrow=↓ "
    "nearrow=↗ searrow=↘ hookrightarrow=↪ colon=:"
)
BIG_OPERATORS = _table(
    "sum=∑ prod=∏ coprod=∐ int=∫ iint=∬ oint=∮ bigcup=⋃ bigcap=⋂ bigoplus=⨁ bigotimes=⨂ bigvee=⋁ "
    "bigwedge=⋀"
)
# Named functions; True: limits go below the name in a display.
FUNCTIONS = {
    **dict.fromkeys(
        "arccos arcsin arctan arg cos cosh cot coth csc deg dim exp hom ker lg ln log sec sin sinh "
        "tan tanh".split(),
        False,
    ),
    **dict.fromkeys("det gcd inf lim liminf limsup max min Pr sup".split(), True),
}
DELIMITERS = {
    "(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "/": "/", ".": "", "<": "⟨", ">": "⟩",
    r"\{": "{", r"\}": "}", r"\|": "‖", r"\lbrace": "{", r"\rbrace": "}", r"\langle": "⟨",
    r"\rangle": "⟩", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉",
    r"\vert": "|", r"\Vert": "‖", r"\lvert": "|", r"\rvert": "|", r"\lVert": "‖", r"\rVert": "‖",
    r"\backslash": "∖",
}  # fmt: skip
BIG_DELIMITERS = frozenset(
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
SPACES = {
    ",": "0.167em", ":": "0.222em", ">": "0.222em", ";": "0.278em", "!": "0em", " ": "0.3em",
    "quad": "1em", "qquad": "2em", "thinspace": "0.167em", "medspace": "0.222em",
    "thickspace": "0.278em", "negthinspace": "0em", "allowbreak": "0em",
}  # fmt: skip
ACCENTS = {
    "hat": "^", "widehat": "^", "bar": "¯", "overline": "‾", "underline": "_", "tilde": "~",
    "widetilde": "~", "vec": "→", "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘",
    "mathring": "˚", "overbrace": "⏞", "underbrace": "⏟",
}  # fmt: skip
ALPHABETS = frozenset(
    "mathbb mathcal mathscr mathfrak mathbf mathrm mathit mathsf mathtt boldsymbol".split()
)
ENVIRONMENTS = {
    "matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "smallmatrix": ("", ""), "cases": ("{", ""),
    "aligned": ("", ""), "gathered": ("", ""), "split": ("", ""), "array": ("", ""),
}  # fmt: skip
# Commands that only adjust spacing or style and may be left out.
IGNORED = frozenset("displaystyle textstyle limits nolimits nonumber notag".split())

# Characters that authors type directly, as the command that sets them.
UNICODE = {
    char: "\\" + name
    for table in (BIG_OPERATORS, RELATIONS, BINARY, LETTERS)
    for name, char in reversed(table.items())
    if len(char) == 1 and ord(char) > 127
}
UNICODE |= {
    "−": "-", "–": "-", "·": r"\cdot", "×": r"\times", "⟨": r"\langle", "⟩": r"\rangle",
    "‖": r"\Vert", "⌈": r"\lceil", "⌉": r"\rceil", "⌊": r"\lfloor", "⌋": r"\rfloor",
    "ℝ": r"\mathbb{R}", "ℤ": r"\mathbb{Z}", "ℕ": r"\mathbb{N}", "ℚ": r"\mathbb{Q}",
    "𝔼": r"\mathbb{E}", "ℙ": r"\mathbb{P}", "′": "'", "∗": r"\ast", "…": r"\ldots",
    "φ": r"\varphi", "ϕ": r"\phi", "ε": r"\varepsilon", "ϵ": r"\epsilon", "⊤": r"\top",
    "⊥": r"\perp", "ᵀ": r"^{\top}", "²": "^{2}", "³": "^{3}", "¹": "^{1}", "½": r"\tfrac{1}{2}",
    "₀": "_{0}", "₁": "_{1}", "₂": "_{2}", "₃": "_{3}", "ₜ": "_{t}", "ₙ": "_{n}",
}  # fmt: skip
