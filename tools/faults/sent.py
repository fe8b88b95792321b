"""Owns the faults of messages that go out."""

from __future__ import annotations

import random
import shutil
from collections import Counter

import yaml

from analysis.notify.outbox import load_outbox
from tests.analysis.case import REPOSITORY
from tools.faults.child import Ended, Work, command, run, scratch
from tools.faults.place import Place
from tools.faults.town import Receiver, arguments, handed_over, small_town, stamp


class Notification(Place):
    """`gangqing notify send`: every message arrives; one arrives twice only where the record says that it may
    have, and then with the same number."""

    def prepare(self) -> None:
        self.case = small_town(scratch(self.folder, "town"))
        handed_over(self.case)
        shutil.copyfile(
            REPOSITORY / "city" / "notify-rules.yaml", self.case.city.folder / "notify-rules.yaml"
        )
        self.receiver = Receiver(self.folder)
        channels = [
            {
                "name": name,
                "unit": unit,
                "url": f"json://127.0.0.1:{self.receiver.port}",
                "interval_seconds": 0,
            }
            for name, unit in (("slj", "市水利局"), ("xcb", "市委宣传部"), ("zfb", "市政府办"))
        ]
        path = self.case.store.channels
        path.write_text(yaml.safe_dump({"channels": channels}, allow_unicode=True), "utf-8")
        path.chmod(0o600)
        self.store = self.case.store.folder
        shutil.copytree(self.store, self.folder / "store")
        self.unbroken = self.send()
        assert self.unbroken.code == 0, self.unbroken.said
        self.wanted = self.receiver.counts()
        assert self.wanted and max(self.wanted.values()) == 1, self.unbroken.said

    def close(self) -> None:
        self.receiver.close()

    def work(self, minutes: int = 0) -> Work:
        return command("notify", "send", "--as-of", stamp(minutes), *arguments(self.case))

    def send(self, minutes: int = 0) -> Ended:
        return run(self.work(minutes))

    def round(self, rng: random.Random, number: int) -> None:
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / "store", self.store)
        self.receiver.forget()
        blows = rng.randint(1, 3)
        unsure: Counter[str] = Counter()
        for _ in range(blows):
            self.strike(rng, self.work(), self.unbroken, self.store)
            for part in load_outbox(self.store / "outbox").parts.values():
                unsure[part.id] += part.is_trying
        done = run(self.work())
        assert "Traceback" not in done.said, done.said[-900:]
        found = self.receiver.counts()
        outbox = load_outbox(self.store / "outbox")
        assert all(part.delivered_at for part in outbox.parts.values()), "left undelivered"
        assert len(outbox.parts) == len(self.wanted), "planned twice, or not at all"
        assert set(outbox.parts) <= found.keys(), "lost"
        assert set(found) <= set(outbox.parts), "a message of which no record is left"
        for part, count in found.items():
            assert count <= 1 + unsure[part], f"{part} came {count} times, unsure {unsure[part]}"
