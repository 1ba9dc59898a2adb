"""What browsers are told about our pages: nothing is loaded from elsewhere, framed elsewhere or kept after sign-out."""

from __future__ import annotations

from csp import constants as csp

# No script stands in a page: all are files of ours. The back office evaluates unfold's attributes as well
# (apps.core.headers). Styles stand in pages: the integrator's colours, and what menus and charts measure.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.SELF],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF, csp.UNSAFE_INLINE],
        "img-src": [csp.SELF, "data:", "blob:"],
        "frame-src": [csp.SELF],
        "frame-ancestors": [csp.NONE],
        "object-src": [csp.NONE],
        "base-uri": [csp.NONE],
        "form-action": [csp.SELF],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Whoever opens the sign-in page itself has named no page to come back to.
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# A form of the customer space that has expired leads back there.
CSRF_FAILURE_VIEW = "apps.portal.errors.expired"
