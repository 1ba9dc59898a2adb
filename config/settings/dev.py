"""One machine, one person: the settings of `make demo`."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403
from config.settings.base import SECRET_KEY, env

DEBUG = env.bool("DEBUG", default=False)
# Good for 127.0.0.1 only: config.settings.prod refuses to start without a key of its own.
SECRET_KEY = SECRET_KEY or "development-only-key-never-used-by-the-production-settings"
WHITENOISE_USE_FINDERS = True
