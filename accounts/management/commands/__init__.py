"""Commands of `manage.py` that this package adds."""
