"""The zip container of a Word file, written by hand.

Two reasons: members that did not change are copied as they are (no second compression), and the bytes depend
on nothing but the content. Python's zipfile would stamp the time, and a compressor gives other bytes in
another version, so that the same paper could get another digest after an upgrade; members made here are
therefore stored uncompressed (the file store compresses).
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_UTF8_NAME = 0x0800
# 1980-01-01 00:00, the earliest a zip can say.
_TIME, _DATE = 0, (1 << 5) | 1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the container, `data` as it stands there (compressed when `method` is not 0)."""

    name: str
    method: int
    crc: int
    size: int
    data: bytes

    @classmethod
    def stored(cls, name: str, content: bytes) -> "Member":
        """A member with this content, uncompressed."""
        return cls(name=name, method=zipfile.ZIP_STORED, crc=zlib.crc32(content), size=len(content), data=content)

    def content(self) -> bytes:
        """The content, uncompressed and checked against its sum."""
        content = self.data if self.method == zipfile.ZIP_STORED else zlib.decompress(self.data, -zlib.MAX_WBITS)
        if len(content) != self.size or zlib.crc32(content) != self.crc:
            raise zipfile.BadZipFile(f"{self.name}：内容与校验和不符")
        return content


def unpack(container: bytes) -> list[Member]:
    """The members of a container in their order; raises zipfile.BadZipFile."""
    members = []
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        for info in archive.infolist():
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise zipfile.BadZipFile(f"{info.filename}：压缩方式不支持")
            *_, name_length, extra_length = _LOCAL.unpack_from(container, info.header_offset)
            start = info.header_offset + _LOCAL.size + name_length + extra_length
            data = container[start : start + info.compress_size]
            members.append(Member(info.filename, info.compress_type, info.CRC, info.file_size, data))
    return members


def pack(members: Iterable[Member]) -> bytes:
    """A container with these members; the same members always give the same bytes."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for member in members:
        name = member.name.encode()
        flags = 0 if member.name.isascii() else _UTF8_NAME
        facts = (flags, member.method, _TIME, _DATE, member.crc, len(member.data), member.size, len(name), 0)
        local = _LOCAL.pack(b"PK\x03\x04", _VERSION, *facts)
        directory += [_CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *facts, 0, 0, 0, 0, offset), name]
        body += [local, name, member.data]
        offset += len(local) + len(name) + len(member.data)
    entries = len(directory) // 2
    central = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, entries, entries, len(central), offset, 0)
    return b"".join([*body, central, end])
