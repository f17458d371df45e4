"""Django's PostgreSQL, with connections that are checked by a glance; see `base`, where Django looks for it."""
