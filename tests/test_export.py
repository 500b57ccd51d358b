"""Export: everything of one person, and nothing of anybody else."""

import json
import sqlite3
import zipfile

import pytest

from modera_bot import privacy
from modera_bot.db import schema
from modera_bot.errors import Code, StorageError
from tests.household import ANNA, BORIS, NOBODYS, House, house, picture_of, traces

__all__ = ["house"]


def test_an_export_is_a_database_with_all_rows_and_pictures_of_one_person(house: House) -> None:
    anna = house.move_in(ANNA, tryons=2)
    house.move_in(BORIS)
    path = house.folder.parent / "anna.db"

    privacy.export(house.database, house.storage, anna, path)

    with sqlite3.connect(path) as exported:
        tables = {name for (name,) in exported.execute("SELECT name FROM sqlite_schema")}
        assert set(schema.metadata.tables) - NOBODYS <= tables
        assert exported.execute("SELECT telegram_id, first_name FROM users").fetchall() == [
            (ANNA["telegram_id"], ANNA["first_name"])
        ]
        assert exported.execute("SELECT count(*) FROM virtual_tryons").fetchone() == (2,)
        pictures = dict(exported.execute("SELECT key, data FROM picture_files").fetchall())
        assert exported.execute("PRAGMA foreign_key_check").fetchall() == []
    exported.close()
    assert pictures == {key: picture_of(key) for key in house.keys(anna)}
    assert not [trace for trace in traces(BORIS, 2) if trace in path.read_bytes()]


def test_an_export_skips_pictures_that_storage_has_lost(house: House) -> None:
    anna = house.move_in(ANNA)
    lost, *kept = house.keys(anna)
    house.storage.delete(lost)
    path = house.folder.parent / "anna.db"

    privacy.export(house.database, house.storage, anna, path)

    with sqlite3.connect(path) as exported:
        keys = {key for (key,) in exported.execute("SELECT key FROM picture_files")}
    exported.close()
    assert keys == set(kept)


def test_an_export_never_overwrites_a_file(house: House) -> None:
    anna = house.move_in(ANNA)
    path = house.folder.parent / "anna.db"
    path.write_text("something dear")

    with pytest.raises(FileExistsError):
        privacy.export(house.database, house.storage, anna, path)

    assert path.read_text() == "something dear"


def test_an_export_is_for_the_user_alone_who_asked_for_it(house: House) -> None:
    path = house.folder.parent / "what of 100%?.db"
    privacy.export(house.database, house.storage, house.move_in(ANNA), path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_export_that_fails_leaves_no_file(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = house.move_in(ANNA)
    path = house.folder.parent / "anna.db"

    def fail(key: str) -> bytes:
        raise StorageError(Code.STORAGE_UNAVAILABLE, key)

    monkeypatch.setattr(house.storage, "get", fail)
    with pytest.raises(StorageError):
        privacy.export(house.database, house.storage, anna, path)
    assert not path.exists()


def test_an_archive_has_the_rows_as_json_and_the_pictures(house: House) -> None:
    anna = house.move_in(ANNA)
    house.move_in(BORIS)
    folder = house.folder.parent

    (path,) = privacy.archive(house.database, house.storage, anna, folder, 1_000_000)

    with zipfile.ZipFile(path) as archive:
        data = json.loads(archive.read("data.json"))
        names = set(archive.namelist()) - {"data.json"}
        pictures = {f"users/{anna}/{name}": archive.read(name) for name in names}
    assert data["users"][0]["last_name"] == ANNA["last_name"]
    assert len(data["virtual_tryons"]) == 1
    assert pictures == {key: picture_of(key) for key in house.keys(anna)}
    assert BORIS["first_name"] not in json.dumps(data, ensure_ascii=False)


def test_a_large_archive_comes_in_parts(house: House) -> None:
    anna = house.move_in(ANNA, tryons=4)
    size = max(len(picture_of(key)) for key in house.keys(anna))

    paths = privacy.archive(house.database, house.storage, anna, house.folder.parent, 3 * size)

    names = [name for path in paths for name in zipfile.ZipFile(path).namelist()]
    assert len(paths) > 3
    assert len(names) == len(set(names)) == 13
    for path in paths[1:]:
        with zipfile.ZipFile(path) as archive:
            assert sum(entry.file_size for entry in archive.infolist()) <= 3 * size
