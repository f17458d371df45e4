"""Pictures of each kind that browsers draw, as small as wanted."""

import io

from PIL import Image

KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP", "image/avif": "AVIF"}


def picture(kind: str = "image/png", width: int = 3, height: int = 2, **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, KINDS[kind], **options)
    return written.getvalue()
