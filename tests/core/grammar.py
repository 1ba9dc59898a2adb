"""Templates made up by chance: true tags mixed with garbage, over the names of ``attacks.world()``."""

from __future__ import annotations

import random
from collections.abc import Iterator

NAMES = [
    *[
        "customer",
        "company",
        "lines",
        "forloop",
        "settings",
        "request",
        "x",
        "_budget",
        "True",
        "None",
        "12",
        "1e9",
        "''",
        "é",
        "-1",
        ".5",
        "_('x')",
    ],
    "customer.account",
    "customer.settings",
    "99999999999999999999",
    "'a b'",
    '"<b>"',
    "",
]
MEMBERS = [
    *[
        "name",
        "number",
        "due",
        "amount",
        "city",
        "lines",
        "nothing",
        "long",
        "account",
        "settings",
        "kinds",
        "call",
        "pk",
        "password",
        "secret",
        "greeting",
    ],
    *[
        "0",
        "-1",
        "999",
        "٣",
        "__class__",
        "_meta",
        "objects",
        "items",
        "mro",
        "SECRET_KEY",
        "counter",
        "parentloop",
        "upper",
        "name'",
    ],
    "",
    " ",
]
FILTERS = [
    *[
        "euros",
        "amount",
        "price",
        "percent",
        "quantity",
        "date",
        "longdate",
        "days",
        "shortdays",
        "number",
        "by_four",
        "by_three",
        "default",
    ],
    "upper",
    "paragraphs",
    "count",
    "safe",
    "add",
    "ljust",
    "join",
    "attr",
    "Upper",
    "",
]
OPERATORS = ["==", "!=", "<", ">=", "in", "not in", "is", "is not", "and", "or", "not", "=", "+", "if", ","]
GARBAGE = [
    *[
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{",
        "}",
        "'",
        "|",
        ":",
        ".",
        "<script>",
        "&lt;",
        "ｘ",
        "é",
        "-->",
        "<!--",
        "]]>",
        "{{{{",
        "{%%}",
        "{{}}",
    ],
    "\n",
    "\r\n",
    "\0",
    '"',
    "\\",
    "\u202e",
    "\u200b",
    "\U0001f600",
    "  ",
    "x" * 500,
]


def generated(number: int, *, seed: int) -> Iterator[str]:
    """``number`` templates, the same for the same ``seed``."""
    for place in range(number):
        yield Grammar(random.Random(f"{seed}/{place}")).template()


class Grammar:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def template(self) -> str:
        pieces = [self.piece(0) for _ in range(self.chance.choice([1, 2, 4, 8, 30]))]
        text = "".join(pieces) * self.chance.choice([1, 1, 1, 1, 20, 400])
        return self.cut(text) if self.chance.random() < 0.3 else text

    def cut(self, text: str) -> str:
        """A letter lost, doubled or put elsewhere."""
        at = self.chance.randrange(len(text) + 1)
        return text[:at] + self.chance.choice(["", *GARBAGE]) + text[at + self.chance.choice([0, 1, 2]) :]

    def piece(self, depth: int) -> str:
        kinds = [self.shown, self.shown, self.garbage, self.text]
        if depth < 6:
            kinds += [self.condition, self.loop, self.comment]
        make = self.chance.choice(kinds)
        return make(depth)

    def text(self, _depth: int) -> str:
        return self.chance.choice(["Bonjour, ", "<p>", "</p>", "\n", "l’été "])

    def garbage(self, _depth: int) -> str:
        return "".join(self.chance.choices(GARBAGE, k=self.chance.choice([1, 1, 3, 50])))

    def shown(self, _depth: int) -> str:
        return f"{{{{ {self.expression()} }}}}"

    def expression(self) -> str:
        path = ".".join([self.name(), *self.chance.choices(MEMBERS, k=self.chance.choice([0, 1, 1, 2, 5]))])
        filters = (self.filter() for _ in range(self.chance.choice([0, 0, 1, 1, 3, 40])))
        return "".join([path, *filters])

    def name(self) -> str:
        return self.chance.choice(["customer", "company", "x", *NAMES] if self.chance.random() < 0.6 else NAMES[:3])

    def filter(self) -> str:
        argument = f":{self.name()}" if self.chance.random() < 0.3 else ""
        return f"|{self.chance.choice(FILTERS)}{argument}"

    def condition(self, depth: int) -> str:
        terms = [self.expression()]
        for _ in range(self.chance.choice([0, 1, 1, 3, 60])):
            terms += [self.chance.choice(OPERATORS), self.expression()]
        inner = self.piece(depth + 1)
        otherwise = f"{{% else %}}{self.piece(depth + 1)}" if self.chance.random() < 0.3 else ""
        return f"{{% if {' '.join(terms)} %}}{inner}{otherwise}{self.end('if')}"

    def loop(self, depth: int) -> str:
        name = self.chance.choice(["x", "y", "forloop", "customer", "_x", "x,y"])
        values = self.chance.choice(["lines", "customer.lines", "customer.name|paragraphs", self.expression()])
        inner = self.piece(depth + 1)
        return f"{{% for {name} in {values} %}}{inner}{{{{ {name} }}}}{self.end('for')}"

    def comment(self, depth: int) -> str:
        return f"{{% comment %}}{self.piece(depth + 1)}{self.end('comment')}"

    def end(self, tag: str) -> str:
        return "" if self.chance.random() < 0.05 else f"{{% end{tag} %}}"
