"""From a password that is right to a browser that is signed in, with a second step between where one is set up.

    enter(request, user, stay=True)       False: the second step is asked first, at the address `second-step`

Until then the browser is nobody's: what is remembered of it is only whose password it knew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from time import time

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from accounts import known, lifetimes, second, sign_ins, staying
from accounts.models import User

FIELD = "pending"
LASTS = 600
"""Seconds for the second step; afterwards the password is asked again."""
CONFIRMED = "confirmed"
"""In the session: when its person last showed that it is they, as `confirming` wants it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whose password was right. `place`: where they signed in, a word for the audit log."""

    user_id: int
    backend: str
    stay: bool
    place: str
    at: int


def enter(request: HttpRequest, user: User, *, stay: bool = False, place: str = "") -> bool:
    """Sign in whoever an authentication backend has found; whether they are.

    Who is signed in already is asked for the second step all the same: with it they confirm what is sensitive.
    """
    if request.user.is_authenticated and request.user != user:
        logout(request)  # `login` would only drop the session, not the row that stands for it
    backend = str(user.backend)  # `authenticate` has set it
    if second.is_set_up(user):
        wait(request, user, backend, stay=stay, place=place)
        return False
    complete(request, user, backend, stay=stay, passed=False, place=place)
    return True


def wait(request: HttpRequest, user: User, backend: str, *, stay: bool = False, place: str = "") -> None:
    """The password was right: the second step is next."""
    if not request.user.is_authenticated:  # whose key is known to their sign-in, and to their open pages
        request.session.cycle_key()
    request.session[FIELD] = asdict(Pending(user.pk, backend, stay, place, int(time())))


def pending(request: HttpRequest) -> Pending | None:
    """Whose second step this browser is at."""
    kept = request.session.get(FIELD)
    return Pending(**kept) if kept and time() - kept["at"] < LASTS else None


def person_of(found: Pending) -> User | None:
    return User.objects.filter(pk=found.user_id, is_active=True).first()


def give_up(request: HttpRequest) -> None:
    """Begin anew."""
    request.session.pop(FIELD, None)


def complete(request: HttpRequest, user: User, backend: str, *, stay: bool, passed: bool, place: str) -> None:
    """This browser is the person's now."""
    login(request, user, backend=backend)
    request.session.pop(FIELD, None)
    request.session.set_expiry(0)
    request.session[second.PASSED] = passed
    request.session[lifetimes.STAYS] = stay
    request.session[CONFIRMED] = int(time())
    known.remember(request, user.email)
    row = sign_ins.record(request, user, stays=stay, second=passed, place=place)
    request.stay_token = staying.token(row) if stay else ""  # type: ignore[attr-defined]


def address(request: HttpRequest) -> str:
    """Of the second step, with where the person wanted to go."""
    return f"{reverse('second-step')}?{urlencode({'next': wanted(request)})}"


def wanted(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours; else empty."""
    url = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    # One word alone would be taken for the name of a view.
    return url if ours and "/" in url else ""
