"""Harm to other processes, and processes that stay."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Harm, hurt, left_a_process, said_done, text

_HEAD = text("""
    import ctypes, os, resource, signal, struct, sys, time
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    import platform
    def X(name):
        x86, arm = {"tgkill": (234, 131), "tkill": (200, 130), "clone": (56, 220),
                    "rt_sigqueueinfo": (129, 138)}[name]
        return arm if platform.machine() == "aarch64" else x86
    """)

_HURTING = {
    "killed": "os.kill(S['victim'], signal.SIGKILL)",
    "terminated": "os.kill(S['victim'], signal.SIGTERM)",
    "stopped": "os.kill(S['victim'], signal.SIGSTOP)",
    "group_killed": "os.killpg(S['victim'], signal.SIGKILL)",
    "killed_by_thread_id": "libc.syscall(X('tgkill'), S['victim'], S['victim'], 9)",
    "killed_by_tkill": "libc.syscall(X('tkill'), S['victim'], 9)",
    "killed_by_queue": "b = ctypes.create_string_buffer(struct.pack('iii', 9, 0, -1), 128); "
    "libc.syscall(X('rt_sigqueueinfo'), S['victim'], 9, b)",
    "killed_by_descriptor": "signal.pidfd_send_signal(os.pidfd_open(S['victim']), 9)",
    "killed_by_owner": "a, b = os.pipe(); import fcntl; fcntl.fcntl(a, 8, S['victim']); "
    "fcntl.fcntl(a, 10, 9); fcntl.fcntl(a, 4, os.O_ASYNC | os.O_NONBLOCK); os.write(b, b'x')",
    "traced": "libc.ptrace(16, S['victim'], None, None); os.waitpid(S['victim'], 0); "
    "libc.ptrace(5, S['victim'], ctypes.c_void_p(S['address']), ctypes.c_void_p(0)); "
    "libc.ptrace(17, S['victim'], None, None)",
    "limited": "resource.prlimit(S['victim'], resource.RLIMIT_NOFILE, (4, 4))",
    "slowed": "os.setpriority(os.PRIO_PROCESS, S['victim'], 10)",
    "pinned": "os.sched_setaffinity(S['victim'], {min(os.sched_getaffinity(0))})",
    "offered_to_the_oom_killer": "open(f\"/proc/{S['victim']}/oom_score_adj\", 'w').write('900')",
    "overwritten": "m = open(f\"/proc/{S['victim']}/mem\", 'r+b', buffering=0); "
    "m.seek(S['address']); m.write(b'x')",
    "overwritten_by_call": "b = ctypes.create_string_buffer(b'x'); "
    "v = (ctypes.c_size_t * 4)(ctypes.addressof(b), 1, S['address'], 1); "
    "libc.process_vm_writev(S['victim'], v, 1, ctypes.byref(v, 16), 1, 0)",
    "killed_by_a_child": "os.system(f\"kill -9 {S['victim']}\")",
}

HURTING = tuple(
    Harm(name=name, how=f"a process of the host is {name.replace('_', ' ')}",
         program=f"{_HEAD}def f():\n    {line}\n", done=hurt)
    for name, line in _HURTING.items()
)  # fmt: skip

_SLEEPER = "[S['python'], '-I', '-S', '-c', 'import time; time.sleep(20)', S['mark']]"

_STAYING = {
    "daemon": f"""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                os.execve(S['python'], {_SLEEPER}, {{"X": "1"}})
            os._exit(0)
        os.wait()
        time.sleep(0.2)
        """,
    "spawned": f"""
        os.posix_spawn(S['python'], {_SLEEPER}, {{"X": "1"}}, setsid=True)
        time.sleep(0.2)
        """,
    "vforked": f"""
        import subprocess
        subprocess.Popen({_SLEEPER}, env={{"X": "1"}}, start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
        time.sleep(0.2)
        """,
    "cloned": f"""
        if libc.syscall(X('clone'), 17, 0, 0, 0, 0) == 0:
            os.setsid()
            os.execve(S['python'], {_SLEEPER}, {{"X": "1"}})
        time.sleep(0.2)
        """,
    "cloned_anew": f"""
        args = ctypes.create_string_buffer(struct.pack('Q' * 8, 0, 0, 0, 0, 17, 0, 0, 0))
        if libc.syscall(435, args, 64) == 0:
            os.setsid()
            os.execve(S['python'], {_SLEEPER}, {{"X": "1"}})
        time.sleep(0.2)
        """,
}

STAYING = tuple(
    Harm(name=f"stays_{name}", how=f"leaves a process behind: {name.replace('_', ' ')}",
         program=f"{_HEAD}def f():\n" + "\n".join("    " + line for line in text(body).splitlines()),
         done=left_a_process)
    for name, body in _STAYING.items()
)  # fmt: skip

_STARTING = {
    "forks": "pid = os.fork()\n    if pid == 0: os._exit(0)\n    os.waitpid(pid, 0)",
    "fork_bomb": "pids = []\n    for _ in range(40):\n        pid = os.fork()\n"
    "        if pid == 0: time.sleep(5); os._exit(0)\n        pids.append(pid)\n"
    "    for pid in pids: os.kill(pid, 9); os.waitpid(pid, 0)",
    "executes": "import subprocess; subprocess.run(['/bin/true'], check=True)",
    "executes_set_user_id": "import subprocess; "
    "subprocess.run(['/bin/su', '--version'], check=True, stdout=-3)",
    "executes_from_memory": "d = os.memfd_create('x', 0); "
    "os.write(d, open('/bin/true', 'rb').read()); "
    "assert os.spawnv(os.P_WAIT, f'/proc/self/fd/{d}', ['x']) == 0",
    "opens_a_pseudo_terminal": "os.openpty()",
    "pool": "import multiprocessing as m\n    with m.get_context('fork').Pool(2) as p: "
    "p.map(abs, [1])",
}

STARTING = tuple(
    Harm(name=name, how=f"starts processes: {name.replace('_', ' ')}",
         program=f"{_HEAD}def f():\n    {line}\n    return 'HARM ' + 'DONE'\n", done=said_done,
         may_lack=name in ("executes_set_user_id", "opens_a_pseudo_terminal"))
    for name, line in _STARTING.items()
)  # fmt: skip

ATTACKS = (*HURTING, *STAYING, *STARTING)
