"""Templates that try to get out, to learn what they may not, or to wear the machine out.

Written by hand, one idea each; :mod:`tests.core.grammar` makes as many more as one likes. :func:`world` is what they
aim at: the documented kinds of values, and beside them what no context should hold, with canaries that must come out of
no rendering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

#: Whoever reads this in a result, or in the sentence of a fault, has reached what is no placeholder.
CANARY = "CANARI-7f3a"


class Account:
    """As a model is: attributes, methods, a manager."""

    pk = 41
    password = f"argon2$ {CANARY}"
    objects = f"manager {CANARY}"
    _meta = f"meta {CANARY}"

    def __str__(self) -> str:
        return f"account {CANARY}"

    def delete(self) -> str:
        raise AssertionError("a template called a method")

    def __call__(self) -> str:
        raise AssertionError("a template called an object")


@dataclass(frozen=True)
class City:
    name: str = "LYON"


@dataclass(frozen=True)
class Customer:
    name: str = "ATELIER '; <b>{{ customer.number }}"
    number: str = "C000001"
    due: date = date(2026, 12, 1)
    amount: Decimal = Decimal("1234.50")
    city: City = City()
    lines: tuple[str, ...] = tuple(f"33639{number:06d}" for number in range(1_000))
    nothing: None = None
    long: str = "x" * 20_000
    # What nobody should put here; if somebody does, nothing comes of it.
    account: Any = field(default_factory=Account)
    settings: Mapping[str, str] = field(default_factory=lambda: {"SECRET_KEY": CANARY})
    kinds: Any = Account
    call: Any = lambda self=None: CANARY

    @property
    def greeting(self) -> str:
        return f"Bonjour {self.name}"

    def secret(self) -> str:
        raise AssertionError("a template called a method")


def world() -> dict[str, Any]:
    return {"customer": Customer(), "company": City("ISM"), "lines": Customer().lines}


#: Each must be refused with a sentence.
REFUSED = {
    # --- Tags of Django
    **{
        f"tag {tag}": f"{{% {tag} %}}"
        for tag in [
            "load static",
            "load i18n",
            "include '/etc/passwd'",
            "include 'admin/base.html'",
            "extends 'admin/base.html'",
            "block content",
            "debug",
            "now 'Y'",
            "autoescape off",
            "with a=customer",
            "regroup lines by x as y",
            "cycle 'a' 'b'",
            "url 'admin:index'",
            "static 'x'",
            "csrf_token",
            "firstof customer.account",
            "ssi '/etc/passwd' parsed",
            "verbatim",
            "templatetag openblock",
            "widthratio 1 1 1",
            "spaceless",
            "ifchanged",
            "filter upper",
            "lorem 100000 p",
            "resetcycle",
            "translate 'x'",
            "blocktranslate",
            "get_current_language as x",
            "cache 500 x",
            "localize on",
            "querystring",
            "partialdef x",
            "macro x()",
            "set x = 1",
            "import 'os'",
            "raw",
            "for x in lines.__class__",
            "for x, y in lines",
            "for x in lines reversed",
            "for __x in lines",
            "for x in customer",
            "for x in customer.settings",
            "for x in customer.settings.items",
            "for x in customer.name",
            "for x in range(10)",
            "if customer.account.password",
            "if customer.settings.SECRET_KEY == 'a'",
            "if settings",
            "if customer.secret",
            "if not customer.call",
            "if customer.__class__",
            "if customer.name|euros == 1",
            "if nothing or customer.name",
            "if _('x customer.name",
            "if customer.name =",
            "if",
            "elif customer.name",
            "else",
            "endif",
            "ｉｆ customer.name",
        ]
    },
    # --- Walks along attributes
    **{
        f"path {path}": f"{{{{ {path} }}}}"
        for path in [
            "customer.__class__",
            "customer.__class__.__mro__",
            "customer.__dict__",
            "customer.__dataclass_fields__",
            "customer.account",
            "customer.account.password",
            "customer.account.pk",
            "customer.account._meta",
            "customer.account.objects",
            "customer.account.objects.all",
            "customer.account.delete",
            "customer.account.mro",
            "customer.kinds",
            "customer.kinds.mro",
            "customer.kinds.password",
            "customer.call",
            "customer.secret",
            "customer.settings",
            "customer.settings.SECRET_KEY",
            "customer.settings.items",
            "customer.settings.values",
            "customer.settings.copy",
            "customer.password",
            "customer.pk",
            "customer.name.format",
            "customer.name.encode",
            "customer.name.0",
            "customer.lines",
            "customer.lines.-1",
            "customer.lines.99999",
            "customer.lines.1e3",
            "customer.lines.count",
            "customer.lines.index",
            "customer.lines.__len__",
            "customer.lines.٣٣٣٣٣",
            "customer.lines.0.0",
            "customer.due.today",
            "customer.due.year",
            "customer.amount.as_tuple",
            "customer.amount.real",
            "customer..name",
            "customer.name.",
            ".customer",
            "customer['name']",
            "customer[0]",
            "customer.name()",
            "settings.SECRET_KEY",
            "request.user",
            "request.session.session_key",
            "user.password",
            "perms",
            "messages",
            "self",
            "_budget",
            "_budget.turns",
            "_",
            "_('x')",
            "forloop",
            "forloop.parentloop.parentloop.counter",
            "block.super",
            "True.__class__",
            "None.__class__",
            "True",
            "1.5",
            "1e999",
            "1e999|euros",
            "'nan'|euros",
            "'1e9999999'|quantity",
            "''.__class__",
            "'x'.join",
            "ｃustomer.name",
            "custоmer.name",  # a Cyrillic o
            "customer․name",  # a one dot leader
            "customer.name\0",
            "customer.\u202ename",
            "customer.name|safe",
            "customer.name|escape",
            "customer.name|pprint",
            "customer.name|add:customer.name",
            "customer.name|ljust:'1000000'",
            "customer.name|center:'1000000'",
            "customer.name|stringformat:'1000000s'",
            "customer.name|floatformat:'1000'",
            "customer.name|join:customer.long",
            "customer.name|attr:'__class__'",
            "customer.name|default:customer.settings.SECRET_KEY",
            "customer.nothing|default:customer.account",
            "customer.nothing|default:customer.lines",
            "customer.name|default",
            "customer.name|upper:'x'",
            "customer.account|upper",
            "customer.account|count",
            "customer.settings|default:'x'",
            "customer.due|days:customer.name",
            "customer.lines|upper",
            "customer.lines|number",
            "customer.amount|by_four",
            "customer.name|date",
            "customer.name|euros",
            "customer.name|",
            "|upper",
            "{{ customer.name }}",
        ]
    },
    "empty": "{{ }}",
    "empty tag": "{% %}",
    "parent of a loop": "{% for x in lines %}{{ forloop.parentloop }}{% endfor %}",
    "after its loop": "{% for x in lines %}{% endfor %}{{ x }}",
    # --- Never closed
    "if unclosed": "{% if customer.name %}",
    "for unclosed": "{% for x in lines %}",
    "comment unclosed": "{% comment %} x",
    "placeholder unclosed": "{{ customer.name",
    "placeholder over two lines": "{{ customer.name\n }}",
    "crossed": "{% if customer.name %}{% for x in lines %}{% endif %}{% endfor %}",
    # --- Loops and sizes
    "loops in loops": "{% for a in lines %}" * 4 + "{{ a }}" + "{% endfor %}" * 4,
    "empty loops in loops": "{% for a in lines %}" * 5 + "{% endfor %}" * 5,
    "a long text in loops": "{% for a in lines %}{{ customer.long }}{% endfor %}",
    "a long text without loop": "{{ customer.long }}" * 10_000,
    "a literal in loops": "{% for a in lines %}" + "x" * 100_000 + "{% endfor %}",
    "deep ifs": "{% if 1 %}" * 400 + "{% endif %}" * 400,
    "very deep ifs": "{% if 1 %}" * 10_000 + "{% endif %}" * 8_000,
    "10,000 ors": "{% if customer.nothing" + " or customer.name" * 10_000 + " %}x{% endif %}",
    "10,000 ands": "{% if customer.name" + " and customer.name" * 10_000 + " %}x{% endif %}",
    "10,000 nots": "{% if " + "not " * 10_000 + "customer.name %}x{% endif %}",
    "10,000 filters": "{{ customer.name" + "|upper" * 10_000 + " }}",
    "10,000 groups": "{{ customer.long" + "|by_four|default:'x'" * 5_000 + " }}",
    "10,000 dots": "{{ customer" + ".city" * 10_000 + " }}",
    "a name of 190,000": "{{ " + "a" * 190_000 + " }}",
    "a figure of 190,000": "{{ " + "9" * 190_000 + " }}",
    "a literal of 190,000": "{{ '" + "a" * 190_000 + "' }}",
    "200,001 characters": "x" * 200_001,
    # --- What a search that starts over at each place makes slow
    "opened 100,000 times": "{{" * 100_000,
    "tags opened 100,000 times": "{%" * 100_000,
    "comments opened 100,000 times": "{#" * 100_000,
    "all opened": "{{{%{#" * 33_000,
    "opened on each line": "{{\n" * 66_000,
    "quotations never closed": "{% if " + '\\" ' * 60_000 + "%}{% endif %}",
    "quotations crossed": "{% if " + "\"'" * 90_000 + " %}",
    "pipes": "{{ customer.name" + "|" * 190_000 + " }}",
    "colons": "{{ customer.name" + "|default:" * 20_000 + " }}",
    "spaces": "{{" + " " * 190_000 + "}}",
    "braces": "{" * 199_000,
    "quotes in many tags": ("{% if " + '\\" ' * 320 + "%}") * 200,
}
# Only braces: never two and a name.
HARMLESS_BRACES = "{" + "\n{" * 90_000

#: Each must come out as what it says, or less.
HARMLESS = {
    "data that looks like a template": "{{ customer.name }}",
    "a comment with anything in it": "{% comment %}{{ customer.account.password }}{% load x %}{% endcomment %}",
    "a short comment": "{# {{ customer.account.password }} {% load x %} #}",
    "full-width braces": "｛｛ customer.name ｝｝ ｛％ load x ％｝",
    "one brace": "{ customer.name } { % load x % }",
    "braces on lines of their own": HARMLESS_BRACES,
    "NUL and marks of direction": "a\0b\u202ec\u2066d\ufeffe",
    "entities": "&#123;&#123; customer.account &#125;&#125; &lt;script&gt;",
    "other languages": "${customer.account.password} #{7*7} <%= 7*7 %> <?php echo 7*7 ?> {7*7} %(x)s $x @(7*7)",
    "40,000 placeholders": "{{company.name}}" * 12_000,
    "9,000 ifs": "{% if 1 %}{% endif %}" * 9_000,
    "a place of a tuple": "{{ lines.0 }}{{ lines.000 }}{{ lines.٣ }}",
    "comparisons of what cannot be compared": "{% if customer.due > customer.name %}x{% endif %}",
    "a look into a table": f"{{% if '{CANARY}' in customer.settings %}}x{{% endif %}}",
    "growing letters": "{{ 'ßŉǰΐ'|upper|upper|upper }}",
    "something else where there is a text": "{{ customer.name|default:customer.account }}",
    "an exponent": "{{ '1e-9999999'|quantity }}",
    "loops one after the other": "{% for a in lines %}{% endfor %}" * 40,
}
