"""Owns what tells an error that is written for people from a fault of the program; and how a fault of the
operating system is told: a full disk, a missing right, in Chinese."""

from __future__ import annotations

import errno


class ToldError(Exception):
    """Base of the errors whose message is shown to the user as it stands: in Chinese, what is wrong and what
    to do. No traceback is wanted."""


_SYSTEM = {
    errno.ENOSPC: "磁盘已满，请腾出空间后再运行；已落盘的内容不受影响",
    errno.EDQUOT: "磁盘配额已用完，请腾出空间后再运行；已落盘的内容不受影响",
    errno.EFBIG: "文件超过系统允许的大小；已落盘的内容不受影响",
    errno.EACCES: "没有访问权限",
    errno.EPERM: "没有访问权限",
    errno.EROFS: "所在磁盘是只读的",
    errno.ENOENT: "路径不存在或无法创建",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EEXIST: "已有同名文件，无法建立目录",
    errno.EISDIR: "是目录，不是文件",
    errno.EMFILE: "打开的文件过多，请提高 ulimit -n",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.EIO: "磁盘读写出错，请检查硬件",
}


def os_fault(error: OSError) -> str:
    """What went wrong, and with which file, in Chinese as far as the fault is a usual one."""
    what = _SYSTEM.get(error.errno or 0) or error.strerror or str(error)
    return f"{error.filename}：{what}" if error.filename is not None else what
