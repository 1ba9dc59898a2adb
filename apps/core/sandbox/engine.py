"""A Django template engine with everything taken away but what a mail or an invoice needs.

What a template may reach is said positively, so that a value added to a context tomorrow opens nothing:

- tags and filters of :mod:`apps.core.sandbox.library`, and no others: no ``load``, ``include``, ``extends``,
  ``autoescape``, ``safe``, no loader to find another template with;
- in a placeholder, the names of the context, then only *fields and properties of frozen dataclasses* and
  indexes of tuples. Methods are never called, dictionaries and models are never entered;
- a placeholder that does not exist is an error with its line, also inside ``{% if %}``: a typing error must
  never become a silent blank on an invoice;
- size of the source and of each tag, depth of nesting, number of loop turns, size of the result and time are
  limited.

Without a mistake to report, nothing here needs Django's settings: a rendering process may be started bare.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, NoReturn, cast

from django.template import Context, Engine, Node, NodeList, Template, TemplateSyntaxError
from django.template.base import FilterExpression, Lexer, Parser, Token, Variable, VariableNode
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.translation import gettext_lazy as _

from apps.core import french
from apps.core.exceptions import DomainError

LIBRARY = "apps.core.sandbox.library"
#: How a tag begins, with how it ends, and how many characters it may have: Django's search for a tag that is never
#: closed, and for the end of a quotation, take a time that grows with the square of what they search.
CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
OPENING = re.compile("|".join(CLOSING))
LONGEST_TAG = 1_000
#: How many tags may be open at once. Each level costs a few of the thousand calls that Python nests.
DEEPEST = 50
#: How much of a tag is quoted where it is not understood.
QUOTED = 60
#: Where the context keeps its budget: Django refuses names with a leading underscore in templates.
BUDGET = "_budget"


TOO_DEEP = _("The tags of the template are nested too deeply.")
NO_TRANSLATION = _("_() is not available here.")


class TemplateFault(DomainError):
    """What is wrong with a template, and on which ``line`` (from 1; ``None``: the template as a whole)."""

    def __init__(self, reason: str | Promise, *, line: int | None = None) -> None:
        super().__init__(_("Line %(line)s: %(reason)s") % {"line": line, "reason": reason} if line else reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one rendering may cost."""

    source_characters: int = 200_000
    loop_turns: int = 50_000
    output_characters: int = 5_000_000
    seconds: float = 5.0


DEFAULT_LIMITS = Limits()


@dataclass(slots=True)
class Budget:
    """What one rendering has left. The loop is the only tag that multiplies work, so it does the counting."""

    turns: int
    characters: int
    #: Of placeholders, counted as they are shown: a long text shown often fills the memory within one turn.
    shown: int
    deadline: float
    #: Django's ``{% if %}`` turns any exception into «false»: the first fault is kept, and raised at the end.
    fault: TemplateFault | None = None

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        most = limits.output_characters
        return cls(limits.loop_turns, most, most, time.monotonic() + limits.seconds)

    def spend(self, *, turns: int = 0, characters: int = 0) -> None:
        self.turns -= turns
        self.characters -= characters
        if self.turns < 0:
            raise TemplateFault(_("The template loops too often."))
        if self.characters < 0:
            raise TemplateFault(_("The result of the template is too long."))
        if time.monotonic() > self.deadline:
            raise TemplateFault(_("The template takes too long."))

    def show(self, text: str) -> str:
        self.shown -= len(text)
        if self.shown < 0:
            raise TemplateFault(_("The result of the template is too long."))
        return text

    def keep(self, fault: TemplateFault) -> TemplateFault:
        self.fault = self.fault or fault
        return fault


class StrictVariable(Variable):
    """A placeholder resolved by permission, not by everything Python can look up."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line
        if self.translate:
            raise TemplateFault(NO_TRANSLATION, line=line)

    def _resolve_lookup(self, context: Context) -> Any:
        first, *rest = self.lookups or ()
        try:
            value = context[first]
            for name in rest:
                value = _member(value, name)
        except LookupError:
            fault = TemplateFault(_("unknown placeholder “%s”") % self.var, line=self.line)
            raise context[BUDGET].keep(fault) from None
        return value


def _member(value: Any, name: str) -> Any:
    """The field, property or tuple index ``name`` of ``value``; LookupError for anything else."""
    if isinstance(value, tuple) and name.isdecimal():
        return value[int(name)]
    kind: type[Any] = type(value)
    if is_dataclass(kind) and name in _members(kind):
        return getattr(value, name)
    raise LookupError(name)


@lru_cache
def _members(kind: type[Any]) -> frozenset[str]:
    if not kind.__dataclass_params__.frozen:
        return frozenset()
    properties = {name for base in kind.__mro__ for name, value in vars(base).items() if isinstance(value, property)}
    return frozenset({field.name for field in fields(kind)} | properties)


class StrictExpression(FilterExpression):
    """A placeholder with its filters, all of whose variables are strict."""

    def __init__(self, token: str, parser: StrictParser) -> None:
        super().__init__(token, parser)
        self.line = parser.line
        if isinstance(self.var, Variable):
            self.var = StrictVariable(str(self.var.var), self.line)
        self.filters = [
            (
                function,
                [(is_name, StrictVariable(value.var, self.line) if is_name else value) for is_name, value in args],
            )
            for function, args in self.filters
        ]

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        try:
            return super().resolve(context)
        except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
            # A filter was handed what it cannot show, such as an amount to «date».
            fault = TemplateFault(_("“%s” does not fit this filter") % self.token, line=self.line)
            raise context[BUDGET].keep(fault) from error
        except RecursionError as error:
            raise context[BUDGET].keep(TemplateFault(TOO_DEEP, line=self.line)) from error


class ShownValue(Node):
    """``{{ … }}``: text, figures and dates as France writes them; nothing else has a form to be shown in."""

    def __init__(self, expression: StrictExpression) -> None:
        self.expression = expression

    def render(self, context: Context) -> str:
        match value := self.expression.resolve(context):
            case str():
                budget: Budget = context[BUDGET]
                return budget.show(conditional_escape(value) if context.autoescape else value)
            case None:
                return ""
            case Decimal():
                return french.decimal_text(value)
            case date():
                return french.day(value)
            case int() if not isinstance(value, bool):
                return str(value)
        raise TemplateFault(_("“%s” is not a text") % self.expression.token, line=self.expression.line)


class StrictParser(Parser):
    """A parser that knows the line it is on and makes strict expressions."""

    line = 1
    depth = 0

    def parse(self, parse_until: Iterable[str] | None = None) -> NodeList:
        self.depth += 1
        if self.depth > DEEPEST:
            raise TemplateFault(TOO_DEEP, line=self.line)
        nodes = super().parse(parse_until)
        self.depth -= 1
        return nodes

    def next_token(self) -> Token:
        token = super().next_token()
        self.line = token.lineno or self.line
        return token

    def compile_filter(self, token: str) -> StrictExpression:
        return StrictExpression(token, self)

    def find_filter(self, filter_name: str) -> Callable[..., Any]:
        if filter_name not in self.filters:
            raise TemplateFault(_("unknown filter “%s”") % filter_name, line=self.line)
        return super().find_filter(filter_name)

    def extend_nodelist(self, nodelist: NodeList, node: Node, token: Token) -> None:
        if isinstance(node, VariableNode):
            node = ShownValue(cast(StrictExpression, node.filter_expression))
        super().extend_nodelist(nodelist, node, token)

    def invalid_block_tag(self, token: Token, command: str, parse_until: Any = None) -> NoReturn:
        raise TemplateFault(_("unexpected tag “%s”") % command, line=token.lineno)

    def unclosed_block_tag(self, parse_until: Iterable[str]) -> NoReturn:
        command, token = self.command_stack.pop()
        raise TemplateFault(_("“%s” is never closed") % command, line=token.lineno)


class SandboxTemplate(Template):
    def compile_nodelist(self) -> NodeList:
        parser = StrictParser(
            Lexer(self.source).tokenize(),
            self.engine.template_libraries,
            self.engine.template_builtins,
            self.origin,
        )
        try:
            nodes = parser.parse()
        except StopIteration as error:
            # Where Django looks for the end of «_('» and finds none.
            raise TemplateFault(NO_TRANSLATION, line=parser.line) from error
        self.extra_data = parser.extra_data
        return nodes


class SandboxEngine(Engine):
    """No built-in tag or filter of Django, no loader, no context processor."""

    default_builtins: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__(loaders=[], builtins=[LIBRARY])


@lru_cache(maxsize=1)
def _engine() -> SandboxEngine:
    return SandboxEngine()


@lru_cache(maxsize=64)
def compile_template(source: str, limits: Limits = DEFAULT_LIMITS) -> SandboxTemplate:
    """The compiled template; :class:`TemplateFault` names the first mistake and its line."""
    if len(source) > limits.source_characters:
        raise TemplateFault(_("The template is too long."))
    check_tags(source)
    try:
        return SandboxTemplate(source, engine=_engine())
    except TemplateSyntaxError as error:
        # Django says what is wrong in English, and in the words of its own code.
        raise not_understood(cast(Token, getattr(error, "token", None))) from error
    except RecursionError as error:
        raise TemplateFault(TOO_DEEP) from error


def not_understood(token: Token) -> TemplateFault:
    return TemplateFault(_("“%s” is not understood") % token.contents[:QUOTED], line=token.lineno)


def check_tags(source: str) -> None:
    """Each tag ends on its line and is not too long. Passing over the source once, whatever it holds."""
    for number, line in enumerate(source.split("\n"), start=1):
        found = OPENING.search(line)
        while found:
            end = line.find(CLOSING[found[0]], found.end())
            if end < 0:
                raise TemplateFault(_("“%s” is never closed") % found[0], line=number)
            if end - found.start() > LONGEST_TAG and found[0] != "{#":
                raise TemplateFault(_("“%s” is too long") % f"{line[found.start() :][:QUOTED]}…", line=number)
            found = OPENING.search(line, end + 2)


def render(source: str, context: Mapping[str, Any], *, limits: Limits = DEFAULT_LIMITS, plain: bool = False) -> str:
    """``source`` filled in; every text that ``context`` holds is escaped for HTML, unless it is a ``plain`` text.

    Raises :class:`TemplateFault` for a mistake in the template and for a limit that is passed.
    """
    template = compile_template(source, limits)
    budget = Budget.of(limits)
    try:
        values = Context({**context, BUDGET: budget}, autoescape=not plain, use_l10n=False, use_tz=False)
        text = template.render(values)
    except RecursionError as error:
        raise TemplateFault(TOO_DEEP) from error
    if budget.fault is not None:
        raise budget.fault
    budget.spend(characters=len(text))
    # Django marks what it has rendered as safe for HTML, which a plain text is not: joined, it is a mere str.
    return "".join(text) if plain else text
