"""A domain's style sheet and its logo, for everybody: the sign-in page has them too. Nothing of anybody's is in them.

Their addresses name what they are made of, so a browser asks for each once.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts import brands
from accounts.brands import Brand
from accounts.models import MailDomain

FOR_EVER = "public, max-age=31536000, immutable"
FOR_NOW = "public, max-age=60"
"""What an older page asks for gets what is there now, for a moment."""


@require_safe
def sheet(request: HttpRequest, domain_id: int, digest: str) -> HttpResponse:
    brand = _brand(domain_id)
    return _answer(brand.sheet.encode(), "text/css; charset=utf-8", brand, digest)


@require_safe
def logo(request: HttpRequest, domain_id: int, digest: str) -> HttpResponse:
    brand = _brand(domain_id)
    found = MailDomain.objects.filter(pk=brand.id).values_list("logo", flat=True).first()
    if not found:
        raise Http404
    return _answer(bytes(found), "image/png", brand, digest)


def _brand(domain_id: int) -> Brand:
    brand = brands.of_id(domain_id)
    if brand is None:
        raise Http404
    return brand


def _answer(octets: bytes, media_type: str, brand: Brand, digest: str) -> HttpResponse:
    kept = FOR_EVER if digest == brand.digest else FOR_NOW
    return HttpResponse(octets, content_type=media_type, headers={"Cache-Control": kept})
