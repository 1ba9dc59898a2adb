"""Addresses of the customer space, under /espace-client/."""

from __future__ import annotations

from django.urls import path

from apps.portal import branding, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("couleurs/<slug:colour>.css", branding.painted, name="colours"),
]
