from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import User
from apps.core.admin import ModelAdmin

# Roles are declared by the apps, not put together on a screen.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """People who sign in here. They are deactivated, never deleted: what they did keeps their name.

    Only a superuser gives rights or touches another superuser: whoever may correct a name cannot make himself one.
    """

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    screen = _("Users & roles")
    list_display = ("username", "last_name", "first_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = (("is_active", BooleanRadioFilter), ("is_superuser", BooleanRadioFilter))
    search_help_text = _("User name, name or e-mail")
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    filter_horizontal = ()

    rights = ("is_staff", "is_superuser", "groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = super().get_readonly_fields(request, obj)
        return list(declared) if request.user.is_superuser else [*declared, *self.rights]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)
