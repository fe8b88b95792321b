"""Owns the fingerprint of the rules: whether texts that were tagged before would get the same tags today."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipeline.city import City
from pipeline.load_tags import TaggerLike

# City files that tags depend on; the others are read anew by every build, or by what shows it. Of plan.yaml
# the tagger reads the column.
_TAGGING = frozenset(
    {
        "aliases.yaml",
        "city.yaml",
        "duties.yaml",
        "official-accounts.csv",
        "outlets.yaml",
        "topics.yaml",
        "units-later.csv",
        "units.csv",
    }
)

# Modules of which the rows hang too.
_LOADERS = (
    "load_alike", "load_landing", "load_parts", "load_stories", "load_tags", "load_thread_past",
    "load_threads", "floors", "hidden_numbers", "masks", "privacy",
)  # fmt: skip


def rules_fingerprint(city: City, tagger: TaggerLike) -> str:
    """16 hexadecimal digits, the same where all that the tables depend on is the same: the tagger, the city's
    data that it reads, code of tagger and loader, lexicons, models. Raises CityError."""
    total = hashlib.sha256(getattr(tagger, "rules", type(tagger).__qualname__).encode())
    for library in ("rensa", "rjieba"):  # sketches are kept and compared; words are features
        total.update(f"{library} {version(library)}\n".encode())
    for folder in city.folders:
        for path in sorted(p for p in folder.iterdir() if p.is_file() and p.name in _TAGGING):
            total.update(f"{path.name}\n".encode() + path.read_bytes())
    for name, content in sorted(city.edited.items()):
        if name in _TAGGING:
            total.update(f"{name} as edited\n".encode() + content)
    total.update(f"column {city.mapping('plan.yaml').get('column')}\n".encode())
    total.update(program_digest())
    return total.hexdigest()[:16]


@cache
def program_digest() -> bytes:
    """SHA-256 over code, lexicons and models as this process first found them: a worker that goes on running
    while a newer program is put in its place tags by what it loaded."""
    package = Path(__file__).resolve().parent
    code = [package / f"{name}.py" for name in _LOADERS]
    for folder in (package / "tagging", package / "lexicon", package / "models"):
        code += sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc")
    total = hashlib.sha256()
    for path in code:
        total.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return total.digest()
