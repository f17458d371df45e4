"""A domain's logo: whatever picture the operator gives, as a small PNG of ours. Keeps no file, asks nobody."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

LARGEST = 2 * 2**20
"""Octets of what is given."""
WIDEST, HIGHEST = 480, 144
"""Pixels: three for each that the sign-in page has."""
_PIXELS = 20_000_000


def png(given: bytes) -> bytes:
    """The picture, no larger than it is shown. Raises ValueError for what is none, or too large."""
    if len(given) > LARGEST:
        raise ValueError("larger than 2 MB")
    try:
        with Image.open(BytesIO(given), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > _PIXELS:
                raise ValueError("it has too many pixels")
            small = image.convert("RGBA")
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValueError("not a PNG, JPEG or WebP picture") from fault
    small.thumbnail((WIDEST, HIGHEST))
    made = BytesIO()
    small.save(made, "PNG", optimize=True)
    return made.getvalue()
