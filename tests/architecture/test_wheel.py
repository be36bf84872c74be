"""What is shipped: every product package with its data, and nothing of the simulator, the lab or the tests."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.architecture.source import ROOT, product_packages, short, tracked_files

BUILD = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
CODE_AND_DATA = {".py", ".html", ".toml", ".json"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the wheel of a clean copy, without a network, and list what is in it."""
    clean = tmp_path_factory.mktemp("clean")
    for path in tracked_files():
        copy = clean / short(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    command = [sys.executable, "-c", BUILD]
    built = subprocess.run(  # noqa: S603 - our own build
        command, cwd=clean, check=False, capture_output=True, text=True, timeout=100
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = Path(clean, "dist").glob("*.whl")
    with ZipFile(wheel) as opened:
        return [name for name in opened.namelist() if ".dist-info/" not in name]


def test_every_module_and_data_file_of_the_product_is_shipped(shipped: list[str]) -> None:
    ours = [name for name in map(short, tracked_files()) if name.split("/")[0] in product_packages()]
    wanted = {name for name in ours if Path(name).suffix in CODE_AND_DATA}
    assert wanted - set(shipped) == set()


def test_nothing_but_the_product_is_shipped(shipped: list[str]) -> None:
    assert {name.split("/")[0] for name in shipped} == set(product_packages())


def test_what_is_not_shipped_exists_here_and_so_could_slip_in() -> None:
    folders = {short(path).split("/")[0] for path in tracked_files()}
    assert {"wechat-simulator", "lab", "tests"} <= folders
    assert (ROOT / "wechat-simulator" / "src" / "wechat_simulator").is_dir()
