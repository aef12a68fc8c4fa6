"""Pictures of ink for the paper: PNG with transparency, the same bytes for the same ink."""

import io
import zlib
from collections.abc import Callable

from PIL import Image

DPI = 300
HEIC = "打不开苹果手机的HEIC照片：请在手机的“设置、相机、格式”里选“兼容性最佳”重拍，或截屏后上传。"
_HEIC_KINDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")


def pixels(millimetres: float) -> int:
    """Millimetres on paper as pixels at 300 dpi, at least one."""
    return max(1, round(millimetres / 25.4 * DPI))


def ink_png(ink: Image.Image, colour: tuple[int, int, int]) -> bytes:
    """PNG of one colour whose strength is the grey picture `ink` (255: full), at 300 dpi.

    A palette of that colour in 256 strengths takes one byte a pixel; every version of a paper carries these pictures.
    Only run lengths are packed: the search for longer repetitions takes thirty times as long and makes the noise of a
    stamp no smaller, a signature by a tenth.
    """
    picture = Image.frombytes("P", ink.size, ink.tobytes())
    picture.putpalette(colour * 256)
    return _bytes_of(picture, transparency=bytes(range(256)), compress_type=zlib.Z_RLE)


def colour_png(picture: Image.Image) -> bytes:
    """PNG of a picture in its own colours (RGBA), at 300 dpi, with nothing else in the file."""
    return _bytes_of(Image.frombytes("RGBA", picture.size, picture.tobytes()))


def fitted(ink_width: float, ink_height: float, width_mm: float, height_mm: float) -> tuple[int, int, float, float]:
    """Where ink of this size stands in a place on the paper: left-aligned, vertically centred, aspect kept.

    Gives the place in pixels (width, height), the scale, and the distance from the top in pixels.
    """
    width, height = pixels(width_mm), pixels(height_mm)
    scale = min(width / ink_width, height / ink_height)
    return width, height, scale, (height - ink_height * scale) / 2


def _bytes_of(picture: Image.Image, **how: bytes | int) -> bytes:
    out = io.BytesIO()
    save: Callable[..., None] = picture.save
    save(out, "PNG", dpi=(DPI, DPI), compress_level=9, **how)
    return out.getvalue()


def is_heic(data: bytes) -> bool:
    """Whether this is a photo as iPhones take it (HEIC), which browsers and Word do not open either."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_KINDS
