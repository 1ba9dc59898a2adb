"""Addresses: the back office under /admin/, the customer space, private files through a view that checks."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from apps.branding.views import favicon, logo
from apps.core.files import serve
from apps.jobs.views import progress

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("espace-client/", include("apps.portal.urls")),
    path("jobs/<int:pk>/progress/", progress, name="job_progress"),
    path("files/<slug:kind>/<int:pk>/", serve, name="file"),
    path("logo/<slug:digest>/", logo, name="logo"),
    path("icon/<slug:digest>/", favicon, name="favicon"),
]

handler403 = "apps.portal.errors.forbidden"
handler404 = "apps.portal.errors.not_found"
handler500 = "apps.portal.errors.broken"
