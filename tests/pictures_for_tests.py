"""Pictures as officers hand them in, good and bad."""

from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

SECRET = b"35.7219,51.3347"
"""What stands hidden in the pictures below: where they were taken."""


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 400), colour: Any = (180, 120, 90), mode: str = "RGB", **saved: Any) -> bytes:
    """A picture of one colour, as a file."""
    return written(Image.new(mode, size, colour), kind, **saved)


def written(image: Image.Image, kind: str, **saved: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **saved)
    return file.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Metadata as a camera writes it: which side is up, the camera, the place."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "camera"
    data[0x010E] = SECRET.decode()
    return data.tobytes()


def telling_picture(kind: str) -> bytes:
    """A picture with the secret in every place that its format has for words."""
    kept: dict[str, Any] = {"exif": exif(), "xmp": SECRET} if kind != "PNG" else {"exif": exif()}
    if kind == "JPEG":
        kept["comment"] = SECRET
    if kind == "PNG":
        kept["pnginfo"] = PngImagePlugin.PngInfo()
        kept["pnginfo"].add_text("place", SECRET.decode())
    return picture(kind, icc_profile=b"profile " + SECRET, **kept) + SECRET


def seen(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg), formats=("JPEG",))
    image.load()
    return image
