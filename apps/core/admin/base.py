"""The ModelAdmin and the inline that every page of the back office starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import flatten, flatten_fieldsets, label_for_field, unquote
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.http import require_safe
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper
from simple_history.utils import get_history_manager_for_model
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.views import ChangeList as UnfoldChangeList

from apps.core.admin.columns import unlinked
from apps.core.admin.dialogs import ServiceDialog, in_menus
from apps.core.admin.journal import entries_of
from apps.core.admin.paginator import EstimatedPaginator
from apps.core.admin.panels import Link, folded, tabs
from apps.core.admin.past import value_told
from apps.core.slots import ListColumn, Panel, contributions

#: Of a number that every column of whole numbers can hold.
MOST_DIGITS = 18


class ColumnsAsFields:
    """Lets ``fields`` and ``fieldsets`` name columns (:mod:`apps.core.admin.columns`): they are read-only.

    A row of another model is a link, which Django draws for everybody: it is one only for whoever may follow it.
    """

    fields: ClassVar[Any]
    fieldsets: ClassVar[Any]
    opts: Any
    admin_site: Any

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.without_dead_ends(request, obj, super().get_fieldsets(request, obj))  # type: ignore[misc]

    def without_dead_ends(self, request: HttpRequest, obj: Any, fieldsets: Any) -> Any:
        dead_ends = {} if self.has_change_permission(request, obj) else self.dead_ends(request)  # type: ignore[attr-defined]
        if not dead_ends:
            return fieldsets
        return [(title, {**shown, "fields": _replaced(shown["fields"], dead_ends)}) for title, shown in fieldsets]

    def dead_ends(self, request: HttpRequest) -> dict[str, Any]:
        """Of the fields that are rows of other models, those whose pages would refuse this reader, as plain names."""
        found = {}
        for field in self.opts.fields:
            other = self.admin_site._registry.get(field.related_model) if field.is_relation else None
            if other is not None and not other.has_view_permission(request):
                found[field.name] = unlinked(field)
        return found

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return [*declared, *(field for field in self.named_fields() if callable(field))]

    def named_fields(self) -> list[Any]:
        return flatten(self.fields or ()) or flatten_fieldsets(self.fieldsets or ())


def _replaced(fields: Any, by: dict[str, Any]) -> Any:
    """``fields``, some of which stand beside each other, with columns in the place of names."""
    return [_replaced(field, by) if isinstance(field, list | tuple) else by.get(field, field) for field in fields]


def no_advice(opts: Any) -> dict[str, str]:
    """Help texts tell how to fill a field in: nobody does where one may only look."""
    return {field.name: "" for field in opts.fields}


class ReadOnly:
    """Rows that only services write, or that no screen edits yet: to be looked at by whoever may."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown: list[Any] = flatten_fieldsets(self.get_fieldsets(request, obj))  # type: ignore[attr-defined]
        return [*self.named_fields(), *(field for field in shown if callable(field))]  # type: ignore[attr-defined]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"help_texts": no_advice(self.opts), **kwargs})  # type: ignore[misc, attr-defined]


class ChangeList(UnfoldChangeList):  # type: ignore[misc]  # unfold ships no types
    """A list whose rows get their details, and the columns that higher apps contribute, page by page.

    The database would work out a column of all the rows that stand before a page only to skip them.
    """

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """What is asked of the filters; what no column can hold is nonsense."""
        asked: dict[str, Any] = super().get_filters_params(params)
        if any(_is_beyond_columns(value) for values in asked.values() for value in values):
            raise IncorrectLookupParameters
        return asked

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        if ORDER_VAR in request.GET:  # it may be by a contributed column
            self.root_queryset = self.model_admin.with_contributed(request, self.model_admin.get_queryset(request))
        return super().get_queryset(request, exclude_parameters)  # type: ignore[no-any-return]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.model_admin.has_details or self.model_admin.contributed_columns(request):
            page: Any = self.result_list  # type: ignore[has-type]
            place = {pk: place for place, pk in enumerate(page.values_list("pk", flat=True))}
            rows = self.model_admin.with_details(self.model_admin.get_queryset(request).filter(pk__in=place))
            rows = self.apply_select_related(self.model_admin.with_contributed(request, rows))
            self.result_list = sorted(rows, key=lambda row: place[row.pk])
        # "12 results, show all" is said of a list that hides something only.
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


def _is_beyond_columns(value: Any) -> bool:
    """A number too large for any, or a NUL, which PostgreSQL has no place for."""
    digits = str(value).strip().lstrip("+-")
    return "\x00" in digits or (len(digits) > MOST_DIGITS and digits.isdigit())


class ModelAdmin(ColumnsAsFields, UnfoldModelAdmin):  # type: ignore[misc]
    """Lists that stay cheap and pages that delete nothing.

    A model whose queryset has ``matching(text)`` is searched by it: it knows which of its identifiers a text can
    be, and which index finds it. ``search_fields`` then only says that there is a search box.
    """

    list_per_page = 50
    list_max_show_all = 0
    # Django joins every foreign key of a list that does not say which ones it needs.
    list_select_related: Sequence[str] = ()
    list_filter_sheet = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = EstimatedPaginator

    #: What the side bar calls the list, where that is not the name of its rows.
    screen: Any = ""
    #: Whether the page leads to its history: versions, or the journal of what was done here.
    keeps_history = True
    #: Panels of this page and links of its header; higher apps contribute theirs to ``….panels`` and ``….links``.
    panels: ClassVar[Sequence[Panel]] = ()
    links: ClassVar[Sequence[Link]] = ()
    #: Whether each row of the list has a menu of the buttons that are contributed to its page.
    has_row_menu = False
    folds_actions = False  #: Whether that header's buttons stand in one menu: many leave no room for its title.

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = capfirst(str(self.screen or self.opts.verbose_name_plural))
        request.screen = self.screen  # type: ignore[attr-defined]  # for the header, which sees no context
        return super().changelist_view(request, {"title": title, **(extra_context or {})})  # type: ignore[no-any-return]

    # --- Whose rows, which columns

    def scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that this user may meet here: on lists, pages, dialogs, and in the choices of other pages."""
        return rows

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.scope(request, super().get_queryset(request))

    def with_details(self, rows: Any) -> Any:
        """What only the rows that are shown need: annotations and prefetches of columns, which order nothing."""
        return rows

    @property
    def has_details(self) -> bool:
        return type(self).with_details is not ModelAdmin.with_details

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is None or not self.has_details:
            return row
        return self.with_details(self.get_queryset(request)).get(pk=row.pk)

    def with_contributed(self, request: HttpRequest, rows: Any) -> Any:
        for column in self.contributed_columns(request):
            rows = column.annotate(rows)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term.strip() and hasattr(queryset, "matching"):
            return queryset.matching(search_term), False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[no-any-return]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChangeList

    def contributed_columns(self, request: HttpRequest) -> list[ListColumn]:
        columns = contributions(f"{self._page}.columns")
        return [column for column in columns if request.user.has_perm(column.permission)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), *(one.shown for one in self.contributed_columns(request))]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Its own filters, then those of higher apps."""
        contributed = contributions(f"{self._page}.filters")
        allowed = [one.filter for one in contributed if request.user.has_perm(one.permission)]
        return [*super().get_list_filter(request), *allowed]

    # --- What may be done

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes: what has served is ended, withdrawn or cancelled, and stays to be looked at."""
        return False

    def contributed_actions(self, slot: str) -> list[ServiceDialog]:
        """Buttons of higher apps: in ``actions`` for the page of a row, in ``list_actions`` for above the list."""
        return contributions(f"{self._page}.{slot}")

    def _get_base_actions_list(self) -> list[Any]:
        names = [dialog.name for dialog in self.contributed_actions("list_actions")]
        return [*super()._get_base_actions_list(), *map(self.get_unfold_action, names)]

    def _get_base_actions_detail(self) -> list[Any]:
        names = [dialog.name for dialog in self.contributed_actions("actions")]
        return [*super()._get_base_actions_detail(), *map(self.get_unfold_action, names)]

    def _get_instance_method(self, method_name: str) -> Any:
        for dialog in [*self.contributed_actions("list_actions"), *self.contributed_actions("actions")]:
            if dialog.name == method_name:
                return dialog.__get__(self, type(self))
        return super()._get_instance_method(method_name)

    def _get_actions_navigation(self, provided: Any, allowed: list[Any], object_id: str | None = None) -> list[Any]:
        """Its own buttons where it put them, then those of higher apps."""
        slot = "list_actions" if object_id is None else "actions"
        buttons = in_menus(self.contributed_actions(slot))
        return super()._get_actions_navigation([*provided, *buttons], allowed, object_id)  # type: ignore[no-any-return]

    def get_actions_row(self, request: HttpRequest) -> list[Any]:
        """Their addresses are those of the page of a row: only the menu is one more."""
        if not self.has_row_menu or IS_POPUP_VAR in request.GET:
            return []
        offered = [one for one in self.contributed_actions("actions") if one.offered(self, request)]
        return [self.get_unfold_action(dialog.name) for dialog in offered]

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        return [one for one in super().get_actions_list(request) if _offered(one, request)]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        actions = super().get_actions_detail(request, object_id)
        if not any(hasattr(one.method, "offered") for one in actions):
            return list(actions)
        row = self.get_object(request, unquote(str(object_id)))
        return [one for one in actions if row is not None and _offered(one, request, row)]

    # --- The page of a row

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if change and not self.has_change_permission(request, obj):
            kwargs = {"help_texts": no_advice(self.opts), **kwargs}
        return super().get_form(request, obj, change=change, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        request.screen = self.screen  # type: ignore[attr-defined]
        context["show_history"] = self.keeps_history and obj is not None and self.has_history(obj)
        # The row is named beside it; "Modification de offre" is no French.
        context["title"] = capfirst(str(self.opts.verbose_name))
        if obj is not None and not context.get("is_popup"):
            panels = tabs(f"{self._page}.panels", self.panels, obj, request)
            context["datasets"] = [*context.get("datasets", ()), *panels]
            actions = [*self._header_links(request, obj), *context.get("actions_detail", ())]
            context["actions_detail"] = folded(actions) if self.folds_actions else actions
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[no-any-return]

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What the journal keeps of a change, its fields as the page calls them.

        Django keeps English labels and translates them when they are read, which fails: a label begins with a
        capital, the message that is translated does not.
        """
        told = super().construct_change_message(request, form, formsets, add)
        for change in told:
            if "changed" in change and "name" not in change["changed"]:
                change["changed"]["fields"] = [self._field_label(form, name) for name in form.changed_data]
        return told

    def _field_label(self, form: Any, name: str) -> str:
        """A new password is told as «password», which its form has two fields for, and neither of that name."""
        asked = form.fields.get(name)
        return str(asked.label or name) if asked else str(label_for_field(name, self.model, self))

    def has_history(self, row: Model) -> bool:
        """Whether the history of ``row`` has anything to tell: what a command made has no journal."""
        return entries_of(row).exists()

    @method_decorator(require_safe)
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        request.screen = self.screen  # type: ignore[attr-defined]
        return super().history_view(request, object_id, extra_context)  # type: ignore[no-any-return]

    def _header_links(self, request: HttpRequest, row: Model) -> Iterator[dict[str, Any]]:
        links = [*self.links, *contributions(f"{self._page}.links")]
        return (link.as_action(row) for link in links if request.user.has_perm(link.permission) and link.when(row))

    @property
    def _page(self) -> str:
        """What slots call this page: ``lines.line``."""
        return str(self.opts.label_lower)


def _offered(action: Any, request: HttpRequest, row: Any = None) -> bool:
    offered = getattr(action.method, "offered", None)
    return offered is None or bool(offered(request, row))


class Changes(HistoricalRecordContextHelper):  # type: ignore[misc]  # simple_history ships no types
    """What a version changed, as people read it: «Active» for ``active``, «Oui» for ``True``."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        if field.flatchoices or value is None or isinstance(value, str | Decimal | bool):
            return value_told(field, value)
        return super().prepare_delta_change_value(change, value)


class HistoryModelAdmin(SimpleHistoryAdmin, ModelAdmin):  # type: ignore[misc]
    """A page with the versions of its row. They are looked at, never restored or rewritten here.

    As it comes, the page of a version saves what is posted to it, whoever may only look.
    """

    def has_history(self, row: Model) -> bool:
        return bool(get_history_manager_for_model(type(row)).filter(**{row._meta.pk.attname: row.pk}).exists())

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> Changes:
        return Changes(self.model, historical_record)

    @method_decorator(require_safe)
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        request.screen = self.screen  # type: ignore[attr-defined]
        try:
            self.opts.pk.to_python(unquote(object_id))
        except ValidationError:  # the library looks for versions before it looks whether this can be a key
            raise Http404 from None
        return super().history_view(request, object_id, extra_context)

    @method_decorator(require_safe)
    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        readonly = super().get_readonly_fields(request, obj)
        if self.shows_version(request):
            return [*readonly, *flatten_fieldsets(self.get_fieldsets(request, obj))]
        return readonly

    def shows_version(self, request: HttpRequest) -> bool:
        """Whether the page asked for is an old version of a row."""
        match = request.resolver_match
        page = f"{self.opts.app_label}_{self.opts.model_name}_simple_history"
        return match is not None and match.url_name == page


class ReadOnlyInline(ReadOnly, ColumnsAsFields, UnfoldTabularInline):  # type: ignore[misc]
    """A table of rows that belong to the page's row, in a tab of its own, a page at a time."""

    extra = 0
    max_num = 0
    can_delete = False
    show_title = False
    tab = True
    per_page = 25
    list_select_related: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        # Called with nothing, select_related() joins everything.
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
