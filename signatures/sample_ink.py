"""Invented ink and seals for the sample of a form: for proofs, never for a paper of a case."""

from functools import lru_cache
from itertools import cycle

from forms_templates.library import Form
from forms_templates.specification import PictureSpec
from signatures.demo_strokes import demo_signature
from signatures.seal_drawing import draw_seal
from signatures.strokes import parse, png

_SIGNERS = ("林书平", "秦守义", "何素琴", "周桂兰", "罗晓敏")
_SEALS = {"村": "昌黎县泥井镇榆荫村村民委员会", "乡镇": "昌黎县泥井镇人民政府", "甲方": "昌黎县泥井镇人民政府"}
_ELSEWHERE = "昌黎县就业服务中心"


def sample_pictures(form: Form) -> dict[str, bytes]:
    """Invented ink and seals for every place of the form's sample."""
    names = cycle(_SIGNERS)
    values = form.sample()
    pictures = {}
    for name, spec in form.pictures.items():
        rows, in_rows, place = name.partition(".")
        for each in [f"{rows}.{index}.{place}" for index in range(len(values[rows]))] if in_rows else [name]:
            pictures[each] = _picture(spec, next(names))
    return pictures


def _picture(spec: PictureSpec, signer: str) -> bytes:
    if spec.kind == "seal":
        return _seal(next((seal for who, seal in _SEALS.items() if spec.who.startswith(who)), _ELSEWHERE))
    return _ink(signer, spec.width_mm, spec.height_mm)


@lru_cache(maxsize=8)
def _seal(name: str) -> bytes:
    return draw_seal(name)


@lru_cache(maxsize=32)
def _ink(signer: str, width: float, height: float) -> bytes:
    return png(parse(demo_signature(signer)), width, height)
