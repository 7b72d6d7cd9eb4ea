"""What to say when a folder or file of the installation cannot be made, opened or written."""

from __future__ import annotations

import os
from pathlib import Path


def unusable(error: OSError, home: Path) -> str:
    """The path that is at fault, why, and what to do; the home is named by its variable."""
    path = Path(os.fsdecode(error.filename)) if error.filename else home
    reason = (error.strerror or type(error).__name__).lower()
    if isinstance(error, FileExistsError | NotADirectoryError):
        reason = f"{_first_file(path)} is a file, not a folder"
    if _is_of_home(path, home):
        return (
            f"COPILOT_HOME: {home} cannot be used: {reason}. "
            "Set COPILOT_HOME to a folder that you may write to."
        )
    return f"{path} cannot be used: {reason}. Check the path and its permissions."


def _is_of_home(path: Path, home: Path) -> bool:
    path, home = path.absolute(), home.absolute()
    return path.is_relative_to(home) or home.is_relative_to(path)


def _first_file(path: Path) -> Path:
    """The file that stands where a folder is wanted."""
    for part in (*reversed(path.absolute().parents), path):
        try:
            if part.is_file():
                return part
        except OSError:
            break
    return path
