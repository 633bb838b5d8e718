"""The image without a container engine: the Dockerfile's steps, done in a folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.production.dockerfile import stages
from tests.production.nobody import python_for_nobody

DOCKERFILE = settings.BASE_DIR / "deploy" / "Dockerfile"
# What the base image has already.
THERE_ALREADY = "pip install"


class Image:
    """A folder that stands for `/srv` of the image, and what its commands see."""

    def __init__(self, root: Path, source: Path = settings.BASE_DIR):
        self.root, self.source = root, source
        self.project = root / "segrec"
        self.environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def build(self) -> None:
        """Do what the stages `build` and `segrec` say, in this folder."""
        self.project.mkdir()
        found = stages(DOCKERFILE)
        for word, text in [*found["build"], *found["base"], *found["segrec"]]:
            if word == "ENV":
                self._set(text)
            elif word == "COPY":
                self._copy(text)
            elif word == "RUN" and not text.startswith((THERE_ALREADY, "useradd")):
                self._run(text.replace("chown segrec", "chown nobody"))
            elif word == "CMD":
                self.command = self.here(text)

    def here(self, text: str) -> str:
        """Put our folder where the image's is named."""
        return re.sub(r"/srv\b", str(self.root), text)

    def _set(self, text: str) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", self.here(text)):
            self.environment[name] = value.replace("$PATH", self.environment["PATH"])

    def _copy(self, text: str) -> None:
        *names, target = text.split()
        if names[0] == "--from=charts":
            (self.project / target).mkdir(parents=True)
            for name in names[1:]:
                chart = self.source / "static-vendor/echarts" / Path(name).name
                shutil.copy(chart, self.project / target)
        elif not names[0].startswith("--from"):
            for name in self._not_ignored() if names == ["."] else names:
                self._take(name)

    def _take(self, name: str) -> None:
        source, target = self.source / name, self.project / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)

    def _not_ignored(self) -> list[str]:
        lines = DOCKERFILE.with_suffix(".dockerignore").read_text().split()
        names = [line.removeprefix("!") for line in lines if line.startswith("!")]
        return [name for name in names if (self.source / name).exists()]

    def _run(self, text: str) -> None:
        here = {"UV_PYTHON": python_for_nobody(), "HOME": os.environ["HOME"]}
        here["UV_COMPILE_BYTECODE"] = "0"  # which takes minutes and proves nothing
        done = subprocess.run(
            ["sh", "-euc", self.here(text)],
            cwd=self.project,
            env=os.environ | self.environment | here,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{text}\n{done.stderr}"
