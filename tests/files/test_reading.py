from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from inspector.errors import DesignFileError, InputError
from inspector.files.design import read
from inspector.files.reading import is_regular, read_bytes, read_text, text_of, whole


def test_what_is_read_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 2**20)
    assert len(read_bytes(path, 2**20)) == 2**20
    path.write_bytes(b"x" * (2**20 + 1))
    with pytest.raises(InputError, match="larger than 1 MiB, so no settings file"):
        read_bytes(path, 2**20, "settings file")


@pytest.mark.parametrize("kind", ["device", "link to a device", "pipe", "socket"])
def test_only_regular_files_are_read_and_nothing_is_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    if kind == "device":
        path = Path("/dev/zero")
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    with pytest.raises(InputError, match="is a device or a pipe, so no design file"):
        read_bytes(path, 2**20, "design file")
    assert not is_regular(path)


def test_a_pipe_is_read_where_it_is_asked_for() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"num_classes = 7")
    os.close(writing)
    assert read(Path(f"/dev/fd/{reading}"), takes_pipes=True).num_classes == 7


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xff\xc3\xa9", "a\ufffd\xe9"),
        ("크기".encode("utf-16"), "크기"),
        (b"\xfe\xff" + "크".encode("utf-16-be"), "크"),
        (b"\xff\xfea\x00b", "a\ufffd"),
        (b"\xef\xbb\xbfa", "a"),
        ("가".encode("euc-kr") + b"x", "\ufffd\ufffdx"),
    ],
)
def test_what_is_piped_in_is_text_whatever_it_is(data: bytes, text: str) -> None:
    assert text_of(data) == text


def test_text_is_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbfa = 1")
    assert read_text(path, 99) == "a = 1"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not text in UTF-8, so no file"):
        read_text(path, 99)


def test_what_is_wrong_begins_with_the_name_and_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: no such file") as missing:
        read_bytes(tmp_path / "none.toml", 9)
    assert missing.value.is_missing
    with pytest.raises(InputError, match="is a directory, not a design file") as folder:
        read_bytes(tmp_path, 9, "design file")
    assert not folder.value.is_missing
    with pytest.raises(InputError, match=r"a\\x1b\[31m"):
        read_bytes(tmp_path / "a\x1b[31m", 9)
    with pytest.raises(DesignFileError, match="no such file"):
        read(tmp_path / "none.toml")


def test_a_name_is_made_absolute_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert whole(Path("a/../b.toml")) == tmp_path / "b.toml"
    assert whole(Path("~/b.toml")) == Path("/home/me/b.toml")
    assert whole(Path("/b.toml")) == Path("/b.toml")
    assert whole(Path("~nobody-of-that-name/b.toml")).name == "b.toml"
    os.mkdir("gone")  # noqa: PTH102
    monkeypatch.chdir("gone")
    (tmp_path / "gone").rmdir()
    assert whole(Path("b.toml")) == Path("b.toml")
