"""The suite: TEST_DATABASE_URL chooses the database, a SQLite file when it is unset."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403
from config.settings.base import database, env

SECRET_KEY = "tests-only-key-with-no-secret-in-it-at-all-0123456789"  # noqa: S105
DATABASES = {"default": database("TEST_DATABASE_URL") if env.str("TEST_DATABASE_URL", default="") else database()}
# The home page counts each time, so that a test sees what it made.
DASHBOARD_SECONDS = 0
# Hashing is not under test; a fast hasher keeps sign-ins cheap.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
