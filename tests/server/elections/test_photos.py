"""Portraits: one small square for everybody, with nothing of the original but what is seen."""

import struct
import zlib
from random import Random

import pytest
from PIL import Image, ImageChops

from pictures_for_tests import SECRET, exif, picture, seen, telling_picture, written
from sandogh.server.common.errors import Refused
from sandogh.server.elections.photos import LARGEST_FILE, LARGEST_KEPT, MOST_PIXELS, make_portrait, no_photos

NOT_A_PICTURE = "پروندهٔ JPEG، PNG یا WebP درستی نیست"
BROKEN = "پروندهٔ عکس تا پایان خوانده نشد؛ آن را دوباره ذخیره کنید"
TOO_LARGE = "پروندهٔ عکس از ۵ مگابایت بزرگ‌تر است"
TOO_MANY_PIXELS = "عکس بیش از ۴۰ میلیون پیکسل دارد"
TOO_SMALL = "عکس کوچک است: هر ضلع آن دست‌کم ۸۸ پیکسل باشد"


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        make_portrait(data)
    assert (refused.value.code, refused.value.status) == ("photo", 400)
    return refused.value.message


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= 6 for one, other in zip(pixel, colour, strict=True))


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims to be so large and is a few dozen bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


# ---- what is kept
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(88, 88), (88, 2000), (3000, 100), (1200, 1600)])
def test_every_picture_becomes_the_same_small_square(kind, size):
    kept = seen(make_portrait(picture(kind, size)).jpeg)
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (176, 176))
    assert near(kept.getpixel((88, 88)), (180, 120, 90))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_hidden_in_the_picture_is_kept(kind):
    original = telling_picture(kind)
    assert original.count(SECRET) >= 3
    jpeg = make_portrait(original).jpeg
    assert SECRET not in jpeg
    assert seen(jpeg).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert dict(seen(jpeg).getexif()) == {}
    assert jpeg == make_portrait(picture(kind)).jpeg


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_picture_is_turned_upright_before_its_orientation_is_forgotten(kind):
    # Blue above and red below, as it is seen; stored lying on its side.
    image = Image.new("RGB", (400, 400), "red")
    image.paste("blue", (0, 0, 400, 200))
    lying = image.transpose(Image.Transpose.ROTATE_90)
    kept = seen(make_portrait(written(lying, kind, exif=exif(orientation=6))).jpeg)
    assert near(kept.getpixel((88, 40)), (0, 0, 254))
    assert near(kept.getpixel((88, 140)), (254, 0, 0))


def test_of_a_tall_picture_more_of_the_upper_part_is_kept():
    image = Image.new("RGB", (200, 400), "white")
    image.paste("blue", (0, 60, 200, 80))
    image.paste("red", (0, 290, 200, 310))
    kept = seen(make_portrait(written(image, "PNG")).jpeg)
    assert [near(kept.getpixel((88, row)), (255, 255, 255)) for row in (0, 175)] == [False, True]


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (200, 0, 0, 255), (200, 0, 0)),
        ("LA", (0, 0), (255, 255, 255)),
        ("L", 100, (100, 100, 100)),
        ("1", 1, (255, 255, 255)),
        ("P", 0, (0, 0, 0)),
        ("I;16", 100 * 256, (100, 100, 100)),
    ],
)
def test_every_way_of_writing_colours_is_understood(mode, colour, shown):
    assert near(seen(make_portrait(picture("PNG", mode=mode, colour=colour)).jpeg).getpixel((88, 88)), shown)


def test_the_colours_of_printing_are_understood():
    kept = seen(make_portrait(picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0))).jpeg)
    red, green, blue = kept.getpixel((88, 88))
    assert red > 200
    assert max(green, blue) < 60


def test_even_noise_stays_small():
    noise = Image.frombytes("RGB", (400, 400), Random(1).randbytes(400 * 400 * 3))
    portrait = make_portrait(written(noise, "PNG"))
    assert len(portrait.jpeg) <= LARGEST_KEPT
    # The worst there is: noise of just the size that is kept, so that nothing smooths it.
    noise = Image.frombytes("RGB", (176, 176), bytes(Random(2).choices([0, 255], k=176 * 176 * 3)))
    assert len(make_portrait(written(noise, "PNG")).jpeg) <= LARGEST_KEPT


def test_a_plain_picture_is_kept_in_good_quality():
    ramp = Image.linear_gradient("L").convert("RGB")
    kept = seen(make_portrait(written(ramp, "PNG")).jpeg)
    difference = ImageChops.difference(kept, ramp.resize((176, 176), Image.Resampling.LANCZOS))
    assert max(high for _low, high in difference.getextrema()) <= 6


def test_the_same_picture_has_the_same_fingerprint_and_another_another():
    one, again, other = make_portrait(picture()), make_portrait(picture()), make_portrait(picture(colour=(9, 9, 9)))
    assert one.sha256 == again.sha256
    assert one.sha256 != other.sha256
    assert len(one.sha256) == 64


# ---- what is refused
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"photo",
        b"\xff\xd8\xff\xe0",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
    ids=["empty", "words", "only a beginning", "gif", "bmp", "tiff", "svg", "pdf", "eps"],
)
def test_what_is_no_picture_of_the_three_kinds_is_refused(data):
    assert refusal(data) == NOT_A_PICTURE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_refused(kind):
    noise = Image.frombytes("RGB", (300, 300), Random(3).randbytes(300 * 300 * 3))
    whole = written(noise, kind)
    assert refusal(whole[: len(whole) // 2]) in {BROKEN, NOT_A_PICTURE}


def test_a_picture_broken_in_its_middle_is_refused():
    whole = bytearray(written(Image.frombytes("RGB", (300, 300), Random(4).randbytes(300 * 300 * 3)), "PNG"))
    whole[len(whole) // 2] ^= 0xFF
    assert refusal(bytes(whole)) == BROKEN


def test_a_file_over_five_megabytes_is_refused_whatever_it_holds():
    assert refusal(picture() + b"\0" * LARGEST_FILE) == TOO_LARGE
    good = picture()
    assert make_portrait(good + b"\0" * (LARGEST_FILE - len(good))).jpeg == make_portrait(good).jpeg


@pytest.mark.parametrize(
    ("width", "height"), [(8_001, 5_000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1), (MOST_PIXELS, 2)]
)
def test_a_small_file_that_unfolds_into_too_much_is_refused_unopened(width, height):
    assert refusal(png_head(width, height)) == TOO_MANY_PIXELS


def test_as_many_pixels_as_are_allowed_are_looked_at():
    assert refusal(png_head(8_000, 5_000)) == BROKEN


@pytest.mark.parametrize("size", [(87, 400), (400, 87), (1, 1)])
def test_a_picture_in_which_no_face_can_be_told_is_refused(size):
    assert refusal(picture(size=size)) == TOO_SMALL


def test_a_definition_that_comes_alone_has_no_photos():
    with pytest.raises(Refused) as refused:
        no_photos("photos/101.jpg")
    assert (refused.value.code, refused.value.message) == ("photo", "عکسی همراه این تعریف نیست")
