from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
)
from unfold.forms import AdminPasswordChangeForm

from apps.accounts import rights, services
from apps.accounts.choices import Audience, Deed, Outcome
from apps.accounts.filters import DeedFilter, OfficeFilter, RoleFilter
from apps.accounts.forms import UserChangeForm, UserCreationForm
from apps.accounts.models import SignIn, User
from apps.core.admin import DaysFilter, Link, ModelAdmin, ReadOnly, ServiceDialog, badge, status
from apps.core.roles import Role

# Roles are declared by the apps, not put together on a screen.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """People who sign in here. They are deactivated, never deleted: what they did keeps their name.

    An Administrateur gives roles, his own included. Only a superuser makes or touches a superuser.
    """

    form = UserChangeForm
    add_form = UserCreationForm
    add_form_template = "admin/change_form.html"
    change_password_form = AdminPasswordChangeForm
    screen = _("Users & roles")
    list_display = ("username", "last_name", "first_name", "email", "roles", "is_active", "last_login")
    list_filter = (RoleFilter, ("is_active", BooleanRadioFilter), ("is_superuser", BooleanRadioFilter))
    search_help_text = _("User name, name or e-mail")
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", ("first_name", "last_name"), "email")}),
        (_("Rights"), {"fields": ("is_active", "groups", "is_superuser")}),
        (_("Dates"), {"fields": (("last_login", "date_joined"),)}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email", "password1", "password2")}),
        (_("Rights"), {"fields": ("groups",)}),
    )
    filter_horizontal = ()
    links = (
        Link(
            title=_("Sign-ins"),
            url=lambda user: f"{reverse('admin:accounts_signin_changelist')}?user__id__exact={user.pk}",
            permission="accounts.view_signin",
            icon="login",
        ),
    )
    actions_detail = ("lift_lock",)

    lift_lock = ServiceDialog(
        title=_("Lift the lock"),
        permission="accounts.change_user",
        when=services.is_locked_out,
        preview=lambda user, answers: [_("Failed sign-ins are forgotten: the right password signs in again at once.")],
        service=lambda user, actor, answers: services.lift_lock(user),
        done=_("The lock has been lifted."),
        icon="lock_open",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def scope(self, request: HttpRequest, rows: QuerySet[User]) -> QuerySet[User]:
        """Customers' accounts are seen with the customer."""
        return rows.filter(audience=Audience.OFFICE)

    @admin.display(description=_("role"))
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all() if group.name in Role.values]
        return ", ".join([gettext("superuser"), *names] if user.is_superuser else names)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what leads nowhere: a password that this user may not give, boxes that he may not tick."""
        absent = set() if self.has_change_permission(request, obj) else {"password"}
        shown: dict[Any, str] = {} if self._gives_roles(request, obj) else {"groups": "roles"}
        return [
            (
                title,
                {**options, "fields": [shown.get(field, field) for field in options["fields"] if field not in absent]},
            )
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = [*super().get_readonly_fields(request, obj), "roles"]
        if not self._gives_roles(request, obj):
            declared.append("groups")
        return declared if request.user.is_superuser else [*declared, "is_superuser"]

    def _gives_roles(self, request: HttpRequest, obj: Any) -> bool:
        return request.user.has_perm("accounts.give_roles") and self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Whoever is entered here works here.
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[Any]:
        table = path("rights/", self.admin_site.admin_view(self.rights_view), name="accounts_user_rights")
        return [table, *super().get_urls()]

    def rights_view(self, request: HttpRequest) -> HttpResponse:
        """«Qui peut quoi»: what each role may do, as it is now."""
        return rights.page(self, request)


@admin.register(SignIn)
class SignInAdmin(ReadOnly, ModelAdmin):
    """«Connexions»: who signed in, from where, and who tried to."""

    screen = _("Sign-ins")
    keeps_history = False
    list_display = ("at", "name", badge(SignIn.outcome, Outcome), "ip", "browser")
    list_display_links = None
    list_select_related = ("user",)
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        ("user", OfficeFilter),
        ("at", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("username", "ip")
    search_help_text = _("User name or IP address")
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = ((None, {"fields": (("at", badge(SignIn.outcome, Outcome)), ("user", "username"), ("ip", "browser"))}),)

    @admin.display(description=_("user"))
    def name(self, sign_in: SignIn) -> str:
        if sign_in.user is None:
            return gettext("unknown user name")
        return gettext("Customer space") if sign_in.user.audience == Audience.CUSTOMER else str(sign_in.user)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, ModelAdmin):
    """«Historique»: what was done in the back office, to the rows that one may look at."""

    screen = _("History")
    keeps_history = False
    list_display = ("action_time", "user", "deed", "kind", "what", "said")
    list_display_links = None
    list_select_related = ("user", "content_type")
    list_filter = (("user", OfficeFilter), DeedFilter, ("action_time", DaysFilter))
    list_filter_submit = True
    search_fields = ("object_repr", "user__username", "user__last_name")
    search_help_text = _("What it was done to, or user")
    # By key: rows come in the order of their dates, which have no index.
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = ((None, {"fields": (("action_time", "user"), ("kind", "what"), ("deed", "said"))}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["action_time", "user", "kind", "what", "deed", "said"]

    def scope(self, request: HttpRequest, rows: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        if request.user.is_superuser:
            return rows
        seen = [model for model, page in admin.site._registry.items() if page.has_view_permission(request)]
        kinds = ContentType.objects.get_for_models(*seen, for_concrete_models=False)
        return rows.filter(content_type__in=kinds.values())

    @admin.display(description=_("action"))
    def deed(self, entry: LogEntry) -> str:
        return status(Deed(str(entry.action_flag)))

    @admin.display(description=_("kind"))
    def kind(self, entry: LogEntry) -> str:
        return capfirst(entry.content_type.name) if entry.content_type else ""

    @admin.display(description=_("object"))
    def what(self, entry: LogEntry) -> str:
        page = entry.get_admin_url() if entry.content_type and not entry.is_deletion() else None
        if page is None:
            return entry.object_repr
        return format_html(
            '<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', page, entry.object_repr
        )

    @admin.display(description=_("details"))
    def said(self, entry: LogEntry) -> str:
        return entry.get_change_message()
