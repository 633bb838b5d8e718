"""The image and the services, made once."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.production.image import Image
from tests.production.nobody import NOBODY
from tests.production.stack import Stack


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that an ordinary user may enter, and write to at its top."""
    path = Path(tempfile.mkdtemp(prefix="segrec-"))
    path.chmod(0o755)
    shutil.chown(path, NOBODY)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def image(folder) -> Image:
    """What the Dockerfile makes, without a container engine."""
    root = folder / "srv"
    root.mkdir()
    image = Image(root)
    image.build()
    return image


@pytest.fixture
def stack(folder, image) -> Iterator[Stack]:
    """Database and broker, without anything in them."""
    root = folder / "stack"
    root.mkdir()
    shutil.chown(root, NOBODY)
    found = Stack(root, image)
    found.start_postgres()
    found.start_valkey()
    yield found
    found.stop()
    shutil.rmtree(root)
