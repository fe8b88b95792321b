"""Owns one target under atheris, a process of its own: `python -m tools.fuzz.run TARGET SECONDS FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

INSTRUMENTED = ("crawlers", "pipeline", "analysis", "warcio")


def main() -> None:
    """Fuzz until the time is up; libFuzzer writes what breaks the target into the folder."""
    name, seconds, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    import atheris

    from tools.fuzz import targets
    from tools.fuzz.seeds import seeds

    with atheris.instrument_imports(include=list(INSTRUMENTED), enable_loader_override=False):
        targets.TARGETS[name](seeds(name)[0])
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed[:60_000])
    options = [
        f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=3000", "-max_len=20000",
        "-print_final_stats=1", f"-artifact_prefix={folder}/",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], str(corpus), *options], targets.TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
