"""System calls that a small program never needs, each tried with arguments that do no harm."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Harm, said_done

CALLS: dict[str, tuple[int | None, int | None, str]] = {
    # name: (x86-64, aarch64, arguments)
    "ptrace": (101, 117, "0, 0, 0, 0"),
    "process_vm_readv": (310, 270, "S['victim'], 0, 0, 0, 0, 0"),
    "process_vm_writev": (311, 271, "S['victim'], 0, 0, 0, 0, 0"),
    "process_madvise": (440, 440, "-1, 0, 0, 0, 0"),
    "kcmp": (312, 272, "os.getpid(), S['victim'], 0, 0, 0"),
    "pidfd_open": (434, 434, "S['victim'], 0"),
    "pidfd_getfd": (438, 438, "0, 0, 0"),
    "pidfd_send_signal": (424, 424, "0, 0, 0, 0"),
    "perf_event_open": (298, 241, "0, 0, -1, -1, 0"),
    "bpf": (321, 280, "0, 0, 0"),
    "io_uring_setup": (425, 425, "1, 0"),
    "io_uring_enter": (426, 426, "0, 0, 0, 0, 0"),
    "keyctl": (250, 219, "0, -3, 1"),
    "add_key": (248, 217, "b'user', b'hostile', b'x', 1, -1"),
    "request_key": (249, 218, "b'user', b'hostile', 0, -1"),
    "userfaultfd": (323, 282, "1"),
    "mount": (165, 40, "b'none', b'/nowhere', b'tmpfs', 0, 0"),
    "umount2": (166, 39, "b'/nowhere', 0"),
    "pivot_root": (155, 41, "b'/nowhere', b'/nowhere'"),
    "open_tree": (428, 428, "-100, b'/', 0"),
    "fsopen": (430, 430, "b'tmpfs', 0"),
    "move_mount": (429, 429, "-1, b'', -1, b'', 0"),
    "mount_setattr": (442, 442, "-1, b'', 0, 0, 0"),
    "unshare": (272, 97, "0x10000000"),
    "setns": (308, 268, "-1, 0"),
    "chroot": (161, 51, "b'/nowhere'"),
    "memfd_create": (319, 279, "b'x', 0"),
    "memfd_secret": (447, 447, "0"),
    "mq_open": (240, 180, "S['mark'].encode(), 0, 0, 0"),
    "mq_unlink": (241, 181, "S['mark'].encode()"),
    "shmget": (29, 194, "0, 4096, 0o1600"),
    "shmctl": (31, 195, "-1, 0, 0"),
    "semget": (64, 190, "0, 1, 0o1600"),
    "msgget": (68, 186, "0, 0o1600"),
    "personality": (135, 92, "0xffffffff"),
    "sched_setaffinity": (203, 122, "0, 8, (ctypes.c_ulong * 1)(1)"),
    "sched_setscheduler": (144, 119, "S['victim'], 0, 0"),
    "sched_setattr": (314, 274, "0, 0, 0"),
    "setpriority": (141, 140, "0, 0, 5"),
    "ioprio_set": (251, 30, "1, 0, 0"),
    "set_mempolicy": (238, 237, "0, 0, 0"),
    "mbind": (237, 235, "0, 0, 0, 0, 0, 0"),
    "migrate_pages": (256, 238, "S['victim'], 0, 0, 0"),
    "move_pages": (279, 239, "S['victim'], 0, 0, 0, 0, 0"),
    "mlock": (149, 228, "0, 0"),
    "mlockall": (151, 230, "0"),
    "swapon": (167, 224, "b'/nowhere', 0"),
    "reboot": (169, 142, "0, 0, 0, 0"),
    "sethostname": (170, 161, "0, -1"),
    "settimeofday": (164, 170, "0, 0"),
    "clock_settime": (227, 112, "0, 0"),
    "clock_adjtime": (305, 266, "0, 0"),
    "adjtimex": (159, 171, "0"),
    "timer_create": (222, 107, "0, 0, 0"),
    "init_module": (175, 105, "0, 0, 0"),
    "finit_module": (313, 273, "-1, 0, 0"),
    "kexec_load": (246, 104, "0, 0, 0, 1"),
    "syslog": (103, 116, "10, 0, 0"),
    "acct": (163, 89, "b'/nowhere'"),
    "quotactl": (179, 60, "0, 0, 0, 0"),
    "name_to_handle_at": (303, 264, "-1, 0, 0, 0, 0"),
    "open_by_handle_at": (304, 265, "-1, 0, 0"),
    "fanotify_init": (300, 262, "0, 0"),
    "inotify_init1": (294, 26, "0"),
    "setuid": (105, 146, "os.getuid()"),
    "setresuid": (117, 147, "-1, -1, -1"),
    "setgid": (106, 144, "os.getgid()"),
    "setgroups": (116, 159, "0, 0"),
    "setfsuid": (122, 151, "os.getuid()"),
    "capset": (126, 91, "0, 0"),
    "seccomp": (317, 277, "2, 0, (ctypes.c_uint32 * 1)(0x7fff0000)"),
    "landlock_create_ruleset": (444, 444, "0, 0, 1"),
    "setpgid": (109, 154, "0, 0"),
    "setsid": (112, 157, ""),
    "vhangup": (153, 58, ""),
    "socket": (41, 198, "1, 1, 0"),
    "socket_inet": (41, 198, "2, 1, 0"),
    "connect": (42, 203, "0, 0, 0"),
    "bind": (49, 200, "0, 0, 0"),
    "accept": (43, 202, "0, 0, 0"),
    "sendmsg": (46, 211, "0, 0, 0"),
    "setsockopt": (54, 208, "0, 0, 0, 0, 0"),
    "execve": (59, 221, "b'/nowhere', 0, 0"),
    "execveat": (322, 281, "-1, b'', 0, 0, 0"),
    "clone_vfork": (56, 220, "0x4000 | 0x10000, 0, 0, 0, 0"),
    "clone_namespace": (56, 220, "0x10000000 | 0x10000, 0, 0, 0, 0"),
    "kill_all_as_probe": (62, 129, "S['victim'], 0"),
    "tkill": (200, 130, "S['victim'], 0"),
    "rt_sigqueueinfo": (129, 138, "S['victim'], 0, 0"),
    "rt_tgsigqueueinfo": (297, 240, "S['victim'], S['victim'], 0, 0"),
    "prlimit_of_parent": (302, 261, "os.getppid() or S['victim'], 7, 0, 0"),
    "vmsplice": (278, 75, "-1, 0, 0, 0"),
    "splice": (275, 76, "-1, 0, -1, 0, 0, 0"),
    "tee": (276, 77, "-1, -1, 0, 0"),
    "set_dumpable": (157, 167, "4, 1, 0, 0, 0"),
    "set_death_signal": (157, 167, "1, 0, 0, 0, 0"),
    "set_subreaper": (157, 167, "36, 1, 0, 0, 0"),
    "set_ptracer": (157, 167, "0x59616d61, -1, 0, 0, 0"),
    "set_timer_slack": (157, 167, "29, 1, 0, 0, 0"),
    "set_thp_disable": (157, 167, "41, 0, 0, 0, 0"),
    "terminal_input": (16, 29, "0, 0x5412, b'x'"),
    "terminal_paste": (16, 29, "0, 0x541c, b'x'"),
    "terminal_control": (16, 29, "0, 0x540e, 0"),
    "larger_pipe": (72, 25, "os.pipe()[1], 1031, 1 << 20"),
    "signal_owner": (72, 25, "os.pipe()[1], 8, S['victim']"),
    "notify_directory": (72, 25, "os.open('/', 0), 1026, 2"),
}

ABSENT_WITHOUT_ROOT = (
    "bpf", "mount", "umount2", "pivot_root", "open_tree", "fsopen", "move_mount", "mount_setattr",
    "setns", "chroot", "swapon", "reboot", "sethostname", "settimeofday", "clock_settime",
    "clock_adjtime", "init_module", "finit_module", "kexec_load", "syslog", "acct", "quotactl",
    "open_by_handle_at", "fanotify_init", "setgroups", "vhangup", "perf_event_open", "migrate_pages",
    "userfaultfd", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "set_ptracer", "request_key",
)  # fmt: skip

_PROGRAM = """\
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBER = {numbers}[platform.machine()]
REFUSED = (errno.EPERM, errno.ENOSYS, errno.EACCES)
def f():
    if NUMBER is None: return "none here"
    result = libc.syscall(NUMBER, *map(as_long, ({arguments})))
    if result < 0 and ctypes.get_errno() in REFUSED: return "refused"
    return "HARM " + "DONE"
def as_long(value):
    return ctypes.c_long(value) if type(value) is int else value
"""


def _call(name: str, x86: int | None, arm: int | None, arguments: str) -> Harm:
    numbers = {"x86_64": x86, "aarch64": arm}
    given = f"{arguments}," if arguments else ""
    return Harm(
        name=name, how=f"calls {name}",
        program=_PROGRAM.format(numbers=numbers, arguments=given),
        done=said_done, may_lack=True, root=name in ABSENT_WITHOUT_ROOT, ways=("sealed",),
    )  # fmt: skip


_MACHINE_CODE = """\
import ctypes, mmap, platform
def f():
    if platform.machine() != 'x86_64': return 'none here'
    page = mmap.mmap(-1, 4096, prot=7)
    page.write({code})
    at = ctypes.addressof(ctypes.c_char.from_buffer(page))
    got = ctypes.CFUNCTYPE(ctypes.c_int)(at)()
    return 'HARM ' + 'DONE' if got > 0 else 'refused'
"""

OTHER_ABIS = (
    Harm(name="calls_of_32_bits", how="calls by the numbers of 32-bit programs, by int 0x80",
         # mov eax, 20 (getpid there); int 0x80; ret
         program=_MACHINE_CODE.format(code=r"b'\xb8\x14\x00\x00\x00\xcd\x80\xc3'"),
         done=said_done, may_lack=True, ways=("sealed",)),
    Harm(name="calls_of_x32", how="calls by the numbers of the x32 ABI",
         # mov eax, 0x40000027 (getpid there); syscall; ret
         program=_MACHINE_CODE.format(code=r"b'\xb8\x27\x00\x00\x40\x0f\x05\xc3'"),
         done=said_done, may_lack=True, ways=("sealed",)),
)  # fmt: skip

ATTACKS = (*(_call(name, *call) for name, call in CALLS.items()), *OTHER_ABIS)
