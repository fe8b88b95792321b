"""Owns the faults of records of lines: the last one torn, or junk behind it."""

from __future__ import annotations

import datetime as dt
import random

import msgspec

from analysis.desk.accounts import Account, Accounts
from analysis.desk.audit import AuditEntry, AuditLog
from analysis.desk.rights import Role
from pipeline.decisions import Decision, append_decision, load_decisions
from pipeline.landing import LandingWriter, iter_landed
from pipeline.repair import repair_site
from tools.faults.child import scratch
from tools.faults.place import Place, page
from tools.faults.town import NOW


class Torn(Place):
    """A record cut within its last line, or with junk behind it: all before it is read, the next is whole."""

    def round(self, rng: random.Random, number: int) -> None:
        folder = scratch(self.folder, "torn")
        at = dt.datetime.fromisoformat(NOW)
        decision = Decision(
            id="", at=at.isoformat(), who="某", kind="transfer", target="t", after={"unit": "市水利局"}
        )
        decide = msgspec.structs.replace

        def account(name: str) -> Account:
            return Account(
                name=name, person="某", roles=frozenset({Role.INSPECTOR}), password="x", at=at, by="某"
            )

        def lands(run_number: int, numbers: range) -> None:
            repair_site(folder, "paper")
            writer = LandingWriter(folder, "paper", f"20171009T{run_number:06d}-000")
            for each in numbers:
                writer.add(*page(each, "r"))
            writer.close()

        kinds = {
            "decisions": (
                lambda n: append_decision(folder / "decisions", decide(decision, id=f"d{n}")),
                lambda: [each.id for each in load_decisions(folder / "decisions")],
                "decisions/2017.jsonl",
            ),
            "accounts": (
                lambda n: Accounts(folder / "accounts").write(account(f"d{n}")),
                lambda: list(Accounts(folder / "accounts").all()),
                "accounts/accounts.jsonl",
            ),
            "audit": (
                lambda n: AuditLog(folder / "audit").write(AuditEntry(at=at, who=f"d{n}", act="登录")),
                lambda: [each.who for each in AuditLog(folder / "audit").entries()],
                "audit/2017.jsonl",
            ),
            "landing": (
                lambda n: lands(n, range(n * 5, n * 5 + 5)),
                lambda: [
                    f"d{int(r.url[18:-5]) // 5}"
                    for _, _, r in iter_landed(folder)
                    if int(r.url[18:-5]) % 5 == 0
                ],
                None,
            ),
        }
        write, read, name = kinds[rng.choice(sorted(kinds))]
        count = rng.randint(1, 4)
        for each in range(count):
            write(each)  # type: ignore[no-untyped-call]
        path = folder / name if name else max((folder / "landing" / "paper").glob("*.jsonl"))
        whole = path.read_bytes()
        expected = [f"d{each}" for each in range(count)]
        last = whole.rstrip(b"\n").rfind(b"\n") + 1
        if rng.random() < 0.6:
            cut = rng.randint(last, len(whole) - 1)
            path.write_bytes(whole[:cut])
            # Cut exactly before the line's end it is a whole record without its newline.
            survives = name is not None and cut == len(whole) - 1
            if name is not None and not survives:
                expected.pop()
        else:
            line = whole[last:]
            path.write_bytes(whole + line[: rng.randint(1, len(line) - 2)])
        self.struck += 1
        if name is not None:
            assert read() == expected, f"{name}: {read()} instead of {expected}"  # type: ignore[no-untyped-call]
        else:
            assert read() == expected or read() == expected[:-1] or len(read()) == count  # type: ignore[no-untyped-call]
        write(count)  # type: ignore[no-untyped-call]
        found = read()  # type: ignore[no-untyped-call]
        assert found == [*expected, f"d{count}"], f"{name}: {found} instead of {[*expected, f'd{count}']}"
