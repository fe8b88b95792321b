"""Owns the disk of a child: which bytes and names were synced, and what a power cut leaves of the rest."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path


def note(handle: int) -> bytes:
    """What is durable from now on: a file up to its size, or the names of a folder."""
    stat = os.fstat(handle)
    path = str(Path(f"/proc/self/fd/{handle}").readlink())
    if Path(path).is_dir():
        with os.scandir(handle) as entries:
            names = {entry.name: entry.inode() for entry in entries}
        return json.dumps({"folder": stat.st_ino, "names": names}).encode() + b"\n"
    return json.dumps({"inode": stat.st_ino, "size": stat.st_size}).encode() + b"\n"


@dataclasses.dataclass
class Disk:
    """A folder as it lies on disk before the child runs; after a power cut only what was synced is left."""

    folder: Path

    def __post_init__(self) -> None:
        self.names: dict[int, dict[str, int]] = {}  # of a folder, which keeps them when it is renamed
        self.bytes: dict[int, bytes] = {}
        for place, folders, files in os.walk(self.folder):
            here = Path(place)
            of_folder = {name: (here / name).lstat().st_ino for name in (*folders, *files)}
            self.names[here.stat().st_ino] = of_folder
            for name in files:
                self.bytes[(here / name).lstat().st_ino] = (here / name).read_bytes()

    def cut_power(self, log: Path) -> int:
        """Leave what is durable: bytes and names that were synced. Returns how many files lost something."""
        sizes: dict[int, int] = {}
        names = dict(self.names)
        for line in log.read_bytes().splitlines() if log.exists() else []:
            note = json.loads(line)
            if "folder" in note:
                names[note["folder"]] = note["names"]
            else:
                sizes[note["inode"]] = note["size"]
        now: dict[int, bytes] = {}
        live_folders: set[int] = set()
        for place, _, files in os.walk(self.folder):
            live_folders.add(Path(place).stat().st_ino)
            for name in files:
                path = Path(place) / name
                now[path.stat().st_ino] = path.read_bytes()
        lost = 0
        durable = self.folder.with_name(self.folder.name + ".durable")
        pending = [(self.folder.stat().st_ino, durable)]
        while pending:
            of_folder, there = pending.pop()
            there.mkdir()
            for name, inode in names.get(of_folder, {}).items():
                if inode in live_folders or (inode in names and inode not in now):
                    pending.append((inode, there / name))
                    continue
                live = now.get(inode)
                content = (
                    live[: sizes[inode]] if live is not None and inode in sizes else self.bytes.get(inode)
                )
                if content is None:
                    content = b""
                lost += content != live
                (there / name).write_bytes(content)
        shutil.rmtree(self.folder)
        durable.rename(self.folder)
        return lost
