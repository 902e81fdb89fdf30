"""Files, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from inspector.files.output import write


def test_a_file_is_written_whole_with_the_rights_that_new_files_have(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    write(path, "π\n", overwrite=False)
    assert path.read_bytes() == "π\n".encode()
    (tmp_path / "other").write_text("")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode
    assert sorted(found.name for found in tmp_path.iterdir()) == ["other", "report.txt"]


def test_overwriting_keeps_the_rights_and_follows_a_link(tmp_path: Path) -> None:
    path = tmp_path / "real"
    path.write_text("old")
    path.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(path)
    write(link, "new", overwrite=True)
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
