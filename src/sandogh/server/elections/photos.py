"""Candidates' photos: whatever picture an officer hands in becomes one small plain square, alike for everybody. Pure.

The picture's own bytes are never kept: it is decoded and written anew, so that nothing hidden in it (place, camera, another format behind
the first) reaches a voter.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes of a picture as it is handed in."""
MOST_PIXELS = 40_000_000
"""Pixels of a picture as it is handed in: a small file can unfold into far more than the memory holds."""
SIDE = 176
"""Pixels of a side of what is kept: four times the place that a card has for it, for the densest screens."""
SMALLEST_SIDE = 88
"""Pixels of the shorter side, under which a face cannot be told."""
LARGEST_KEPT = 15_000
"""Bytes of what is kept: a race of thirty is half a megabyte at worst, and pictures load as they come into sight."""

_KINDS = ("JPEG", "PNG", "WEBP")
_QUALITIES = (85, 75, 65, 50, 35, 20)
# Of a portrait's height: faces stand above the middle.
_CENTRE = (0.5, 0.35)

PhotoSource = Callable[[str], bytes]
"""The picture that a definition names. Raises Refused `photo` with the reason when there is none to be had."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo as it is kept and served."""

    jpeg: bytes

    @property
    def sha256(self) -> str:
        """Hex; its address, and what the definition's fingerprint covers."""
        return hashlib.sha256(self.jpeg).hexdigest()


def refused(reason: str) -> Refused:
    return Refused("photo", reason, status=400)


def no_photos(_name: str) -> bytes:
    """The source of a definition that comes alone."""
    raise refused(_("عکسی همراه این تعریف نیست"))


def make_portrait(data: bytes) -> Portrait:
    """The square portrait of a picture in JPEG, PNG or WebP. Raises Refused `photo`.

    1. it says what it is, and its size is bounded, before anything is decoded
    2. it is decoded whole, turned upright, and laid on white where it is transparent
    3. the square is cut out and shrunk, and written anew without anything else
    """
    # (1)
    if len(data) > LARGEST_FILE:
        raise too_large()
    try:
        picture: Image.Image = Image.open(BytesIO(data), formats=_KINDS)
    # The first is a warning, which some processes raise; both speak of pixels.
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # Pillow's readers raise whatever broken bytes lead them to
        raise refused(_("پروندهٔ JPEG، PNG یا WebP درستی نیست")) from error
    with picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_many_pixels()
        if min(picture.size) < SMALLEST_SIDE:
            raise refused(_("عکس کوچک است: هر ضلع آن دست‌کم %(least)s پیکسل باشد") % {"least": fa_digits(SMALLEST_SIDE)})
        # (2)
        try:
            # JPEG can be decoded at a fraction of its size, which spares most of the work for large ones.
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            upright = _on_white(ImageOps.exif_transpose(picture))
        except Exception as error:
            raise refused(_("پروندهٔ عکس تا پایان خوانده نشد؛ آن را دوباره ذخیره کنید")) from error
    # (3)
    small = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS, centering=_CENTRE)
    plain = Image.new("RGB", small.size)
    plain.paste(small)
    return Portrait(_jpeg(plain))


def too_large() -> Refused:
    return refused(_("پروندهٔ عکس از ۵ مگابایت بزرگ‌تر است"))


def _too_many_pixels() -> Refused:
    return refused(_("عکس بیش از %(most)s میلیون پیکسل دارد") % {"most": fa_digits(MOST_PIXELS // 1_000_000)})


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture in RGB. Decodes it."""
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: the upper eight are what is seen.
        picture = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    ground = Image.new("RGBA", seen.size, "white")
    ground.alpha_composite(seen)
    return ground.convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    """The best quality that stays small; noise without any face in it is the only picture that comes to the last."""
    for quality in _QUALITIES:
        written = BytesIO()
        picture.save(written, "JPEG", quality=quality, optimize=True, subsampling="4:2:0")
        if written.tell() <= LARGEST_KEPT:
            break
    return written.getvalue()
