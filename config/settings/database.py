"""PostgreSQL: three roles, one database; the role is chosen by CARILLON_ROLE, never by the code that runs.

web       app_web: pages, API and workers. Owns nothing, cannot bypass row-level security.
owner     app_owner: migrations only.
operator  app_operator: the operator host. Sees platform tables and a written list of tenant columns.
"""

import urllib.parse

from config import env

ROLE = env.text("CARILLON_ROLE", "web")
_ROLE_URLS = {"web": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "operator": "DATABASE_OPERATOR_URL"}


def _connection(url: str) -> dict[str, object]:
    parts = urllib.parse.urlsplit(url)
    query = urllib.parse.parse_qs(parts.query)
    options: dict[str, object] = {"server_side_binding": True}
    if ROLE == "web":
        # short waits: a page or a lane that cannot get its lock fails fast and is tried again
        options["options"] = "-c idle_in_transaction_session_timeout=60s -c lock_timeout=10s"
    if ROLE == "owner":
        # a data migration that touches a tenant table must error, not silently change nothing
        options["options"] = "-c row_security=off"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


if ROLE not in _ROLE_URLS:
    raise env.SettingMissing("CARILLON_ROLE must be web, owner or operator, for example CARILLON_ROLE=web")

DATABASES = {
    "default": _connection(
        env.text(_ROLE_URLS[ROLE], example="postgresql://app_web:secret@127.0.0.1:5432/carillon"),
    )
}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "core.tenancy.cache_key",
    }
}
