"""The sample application, which does not start while a file is there, and notes each process that starts or fails."""

import os
from pathlib import Path

from tests.web.sample import application

__all__ = ["application"]

folder = Path(os.environ["FOLDER"])
if (folder / "broken").exists():
    (folder / f"failed-{os.getpid()}").touch()
    raise RuntimeError("broken")
(folder / str(os.getpid())).touch()
