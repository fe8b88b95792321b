"""The command as its users meet it: help, errors that say what to do, machine output."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from commands.common import stream_lines
from commands.desk import listening_fault
from pipeline import unreadable

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("tag", "evaluate", "train", "extract", "crawl", "build", "coverage", "queue", "run", "sites")


def gangqing(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gangqing", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command():
    shown = gangqing("--help").stdout.decode()
    assert all(f"  {command}" in shown for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_chinese_help(command):
    done = gangqing(command, "--help")
    assert done.returncode == 0
    assert any("\u4e00" <= character <= "\u9fff" for character in done.stdout.decode())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tag", "no-such-file.jsonl"), "没有这个文件"),
        (("coverage", "--as-of", "31.12.2017", "--home", "{home}"), "gangqing build"),
        (("coverage", "--home", "{home}"), "请先运行"),
        (("queue", "--home", "{home}"), "请先运行"),
        (("tag", "-", "--city", "no-such-city"), "没有这个城市目录"),
        (("extract", "README.md", "--url", "http://a.cn/", "--platform", "nosuch"), "可用"),
        (("crawl", "nosuch", "--home", "{home}"), "没有这个站点"),
        (("sites", "reread", "nosuch", "--home", "{home}"), "没有这个站点"),
        (("forget", "--home", "{home}"), "只写一样"),
        (("forget", "--expired", "--before", "2018-01-01", "--home", "{home}"), "只写一样"),
        (("forget", "--expired", "--home", "{home}"), "没有写 raw_forum_days"),
        (("bogus",), "没有命令"),
        (("coverage", "--bogus"), "没有选项"),
        (("tag",), "缺少参数"),
        (("tag", "a", "b"), "多余的参数"),
        (("crawl", "--limit", "0"), "应不小于 1"),
        (("crawl", "--limit", "x"), "应为整数"),
        (("crawl", "--limit"), "缺少取值"),
        (("crawl", "--from", "2018-01-01", "--to", "2017-01-01"), "晚于"),
        (("crawl", "--to", "0001-01-03"), "之间"),
        (("coverage", "--as-of", "9999-12-31", "--home", "{home}"), "gangqing build"),
        (("run", "--as-of", "2030-01-01"), "样例城市只有"),
        (("run", "--port", "-1"), "应不小于"),
        (("extract", "README.md", "--url", "http://["), "不是网址"),
        (("build", "--home", "/proc/no-such"), "无法创建"),
        (("run", "--home", "/proc/no-such", "--port", "0"), "无法创建"),
        (("crawl", "--home", "/proc/no-such", "fcgrb"), "无法创建"),
        (("hot", "--messages", "/nope"), "/nope 读不了：路径不存在"),
        (("build", "--home", "README.md"), "已有同名文件"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments, said, tmp_path):
    done = gangqing(*(a.format(home=tmp_path) for a in arguments))
    assert done.returncode == 2
    message = done.stderr.decode()
    assert said in message
    assert "Traceback" not in message
    assert len(message.strip().splitlines()) == 1


def test_tag_keeps_the_order_and_says_what_is_wrong_with_a_line():
    lines = [
        '{"id": "p1", "text": "路灯坏了一个月，请市政局派人来修。"}',
        "not json",
        '{"id": "x"}',
        '{"id": "a1", "title": "市水利局召开防汛会议", "body": "本报讯 9月5日，市水利局召开防汛工作会议。"}',
        '{"id": "t1", "title": "问一下", "posts": [{"floor": 1, "author": "甲", "text": "公交几点收班？"}]}',
        '{"id": 7, "text": null}',
    ]
    done = gangqing("tag", "-", stdin="\n".join(lines).encode())
    assert done.returncode == 0, done.stderr.decode()
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in said] == ["p1", None, "x", "a1", "t1", "7"]
    assert "error" in said[1]
    assert "error" in said[2]
    assert [c["unit"] for c in said[3]["credits"]] == ["市水利局"]
    assert said[3]["credits"][0]["evidence"]["why"]
    assert said[4]["kind"] == "咨询"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "1", "text": "路灯坏了"}'.encode("gbk"), "GBK"),
        (b"[" * 90_000, "嵌套过深"),
        (b'{"text": "x"}', "缺少 id"),
        (b'{"id": "1", "posts": [{"floor": "x"}]}', "posts[0].floor 应是整数，而不是文字"),
        (b'{"id": "1", "body": ["x"]}', "body 应是文字，而不是列表"),
        (b'{"id": "1", "text": "x\0"}', "从第 23 个字节起读不通"),
        (b'{"id": "1", "text": "x', "不完整"),
        (b'{"id": "1", "text": "' + b"x" * 8_000_000 + b'"}', "超过 8 MB"),
    ],
)
def test_tag_says_in_chinese_what_is_wrong_and_fails_where_every_line_did(line, said):
    done = gangqing("tag", "-", stdin=line)
    assert done.returncode == 1
    (told,) = map(json.loads, done.stdout.splitlines())
    assert said in told["error"]
    assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", told["error"])
    assert "1 行中有 1 行没有打上标签" in done.stderr.decode()


def test_tag_counts_the_lines_that_failed_and_goes_on():
    done = gangqing("tag", "-", stdin=b'{"id": "1", "text": "x"}\n{}\n{"id": "error", "text": "error"}\n[]\n')
    assert done.returncode == 0
    assert "4 行中有 2 行没有打上标签" in done.stderr.decode()
    assert "第一处在输出第 2 行" in done.stderr.decode()
    assert gangqing("tag", "-", stdin=b"").returncode == 0


@pytest.mark.parametrize("command", ["tag", "evaluate"])
def test_what_holds_no_lines_is_refused_whole(command, tmp_path):
    for content, said in (
        (gzip.compress(b'{"id": "1", "text": "x"}'), "请先解压"),
        ("{}".encode("utf-16"), "UTF-16"),
    ):
        done = gangqing(command, "-", stdin=content)
        assert (done.returncode, done.stdout) == (2, b"")
        assert said in done.stderr.decode()
        assert len(done.stderr.decode().splitlines()) == 1
    closed = f"'{sys.executable}' -m gangqing {command} - <&-"
    done = subprocess.run(["bash", "-c", closed], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
    assert "标准输入是关闭的" in done.stderr.decode()


def test_a_line_that_is_too_long_is_never_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(unreadable, "LONGEST_LINE", 1000)
    file = tmp_path / "long.jsonl"
    fits, longer = b"x" * 999, b"y" * 5_000_000
    file.write_bytes(b"\n".join([fits, longer, fits, b"z" * 1000, longer]))
    tracemalloc.start()
    try:
        lines = [line.rstrip() for line in stream_lines(file)]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert lines == [fits, unreadable.TOO_LONG, fits, unreadable.TOO_LONG, unreadable.TOO_LONG]
    assert most < 1_000_000


def test_tag_takes_a_city_of_units_only(tmp_path):
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent,aliases,duties,named_in_notice\n"
        "市水利局,临江市水利局,市直,临江市,,防汛、河道,0\n"
        "市公安局,临江市公安局,市直,临江市,,治安、交警,0\n"
        "江北县,江北县,县（市、区）,临江市,,,0\n",
        encoding="utf-8",
    )
    line = '{"id": "1", "body": "临江市水利局加固江堤 本报讯 5月3日，临江市水利局组织人员加固江堤。"}'
    done = gangqing("tag", "-", "--city", str(tmp_path), stdin=line.encode())
    assert done.returncode == 0, done.stderr.decode()
    assert [c["unit"] for c in json.loads(done.stdout)["credits"]] == ["市水利局"]


def test_tagging_starts_without_scrapy_duckdb_or_jieba():
    code = (
        "import sys, pipeline.tagging.stream as s, pipeline.city as c\n"
        'list(s.tag_lines([b\'{"id": "1", "text": "x"}\', b\'{"id": "2", "body": "x"}\'], c.load_city()))\n'
        "heavy = ('scrapy', 'duckdb', 'jieba', 'snownlp', 'sklearn', 'pandas')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"[]"


def test_start_up_is_quick():
    """Not a benchmark: a start of ten seconds would mean that something heavy is imported."""
    begun = time.monotonic()
    assert gangqing("tag", "-", stdin=b'{"id": "1", "text": "x"}').returncode == 0
    assert time.monotonic() - begun < 10


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path):
    file = tmp_path / "posts.jsonl"
    file.write_bytes(codecs.BOM_UTF8 + '{"id": "1", "text": "路灯坏了"}\n'.encode())
    done = gangqing("tag", str(file))
    assert done.returncode == 0, done.stderr.decode()
    assert "error" not in json.loads(done.stdout)


def test_a_locale_without_chinese_stops_nothing():
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for arguments in (["--help"], ["sites", "list"], ["bogus"]):
        done = subprocess.run(
            [sys.executable, "-m", "gangqing", *arguments],
            cwd=ROOT,
            capture_output=True,
            env=environment,
            check=False,
        )
        said = (done.stdout + done.stderr).decode("utf-8")
        assert "Traceback" not in said
        assert any("\u4e00" <= character <= "\u9fff" for character in said)


def _wait_until_it_waits(pid: int) -> None:
    """Until a process has slept through half a second: it has started and waits for its input."""
    stat = Path(f"/proc/{pid}/stat")
    before = ""
    for _ in range(120):
        time.sleep(0.5)
        state, *fields = stat.read_text().rpartition(")")[2].split()
        now = fields[10]  # ticks of work
        if state == "S" and now == before != "0":
            return
        before = now
    raise AssertionError("it never came to wait")


def test_ctrl_c_leaves_a_line_and_no_traceback():
    process = subprocess.Popen(
        [sys.executable, "-m", "gangqing", "tag", "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    _wait_until_it_waits(process.pid)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said.decode().startswith("已中断")
    assert len(said.decode().splitlines()) == 1


@pytest.mark.parametrize(("host", "said"), [("256.1.1.1", "--host"), ("192.0.2.1", "--host"), ("", "--port")])
def test_an_address_that_cannot_be_listened_on_says_what_to_change(host, said):
    with socket.create_server(("", 0)) as taken, pytest.raises(OSError) as told:
        socket.create_server((host, taken.getsockname()[1]))
    assert said in listening_fault(told.value)
    assert "known" not in listening_fault(told.value)


INTERRUPTED_IN_A_QUERY = """
import os, signal, gangqing
def build(**_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None
gangqing.build_app = lambda: build
gangqing.main()
"""
INTERRUPTED_IN_AN_IMPORT = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
import gangqing
gangqing.main()
"""
INTERRUPTED_WITH_A_WORKER = """
import os, signal, gangqing
def tag(**_):
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGINT)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    os.kill(os.getpid(), signal.SIGINT)
gangqing.build_app = lambda: tag
gangqing.main()
"""


@pytest.mark.parametrize(
    "code", [INTERRUPTED_IN_A_QUERY, INTERRUPTED_IN_AN_IMPORT, INTERRUPTED_WITH_A_WORKER]
)
def test_ctrl_c_is_a_line_whatever_a_library_makes_of_it(code):
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 130
    assert done.stderr.decode().splitlines() == ["已中断；已落盘的内容都在，再运行一次即接着来"]


def _in_shell(script: str, stdin: bytes = b"") -> tuple[int, bytes]:
    """Exit code and what was said of `gangqing` in a script of the shell."""
    script = script.replace("gangqing", f"'{sys.executable}' -m gangqing", 1)
    done = subprocess.run(["bash", "-c", script], input=stdin, cwd=ROOT, capture_output=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(("command", "code"), [("tag -", 141), ("sites list --json", 141), ("sites", 2)])
def test_a_reader_that_has_seen_enough_is_no_error(command, code):
    lines = b'{"id": "1", "text": "x"}\n' * 9
    assert _in_shell(f"gangqing {command} | true; exit ${{PIPESTATUS[0]}}", lines) == (code, b"")


def test_output_that_is_closed_is_as_if_nobody_wanted_it(tmp_path):
    file = tmp_path / "one.jsonl"
    file.write_bytes(b'{"id": "1", "text": "x"}\n')
    assert _in_shell(f"gangqing tag '{file}' >&-") == (0, b"")
    assert _in_shell("gangqing sites list --json >&- 2>&-") == (0, b"")
    assert _in_shell(f"gangqing tag '{tmp_path}' >&- 2>&- <&-") == (2, b"")
    first_file = "import gangqing, os; gangqing.open_streams(); exit(os.open('/', os.O_RDONLY))"
    done = subprocess.run(["bash", "-c", f'"{sys.executable}" -c "{first_file}" <&- >&- 2>&-'], cwd=ROOT)
    assert done.returncode > 2
