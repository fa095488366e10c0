"""Reading and writing where a program has no business."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Harm, did_write, said_done, stole, text


def _reading(name: str, how: str, body: str) -> Harm:
    return Harm(name=name, how=how, program=_program(body), done=stole)


def _writing(name: str, how: str, body: str, *, root: bool = False) -> Harm:
    return Harm(name=name, how=how, program=_program(body), done=did_write, root=root)


def _program(body: str) -> str:
    return "import os, sys\ndef f():\n    " + text(body).replace("\n", "\n    ").rstrip() + "\n"


_C = "import ctypes; libc = ctypes.CDLL(None, use_errno=True)\n"

READING = (
    _reading("secret_file", "reads a key", "return open(S['secret']).read()"),
    _reading("secret_by_descriptor", "reads a key through an O_PATH descriptor of its directory",
             "d = os.open(S['directory'], os.O_PATH)\n"
             "return os.read(os.open('id_rsa', os.O_RDONLY, dir_fd=d), 99).decode()"),
    _reading("secret_by_symlink", "reads a key through a symlink in its own directory",
             "os.symlink(S['secret'], 'link')\nreturn open('link').read()"),
    _reading("secret_by_hardlink", "reads a key through a hard link in its own directory",
             "os.link(S['secret'], S['directory'] + '/other')\n"
             "return open(S['directory'] + '/other').read()"),
    _reading("secret_by_root", "reads a key through /proc/1/root, /proc/self/root and ..",
             "for way in ('/proc/1/root', '/proc/self/root', '/proc/self/cwd/' + '../' * 20, '/' + '../' * 20):\n"
             "    try: return open(way + S['secret']).read()\n    except OSError: pass"),
    _reading("secret_by_chroot", "leaves a chroot by a directory kept open",
             "d = os.open('/', os.O_RDONLY)\n"
             "os.fchdir(d)\nreturn open('.' + S['secret']).read()"),
    _reading("secret_by_mmap", "maps a key",
             "import mmap\nf = open(S['secret'], 'rb')\n"
             "return mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)[:].decode()"),
    _reading("secret_by_sendfile", "copies a key to its output by sendfile",
             "os.sendfile(1, os.open(S['secret'], os.O_RDONLY), 0, 99)"),
    _reading("secret_by_execution", "has another program read a key",
             "import subprocess\nreturn subprocess.run(['cat', S['secret']], capture_output=True).stdout.decode()"),
    _reading("secret_by_creat_openat2", "reads a key by openat2",
             _C + "import struct\n"
             "how = struct.pack('QQQ', 0, 0, 0)\n"
             "fd = libc.syscall(437, -100, S['secret'].encode(), how, len(how))\n"
             "return os.read(fd, 99).decode()"),
    _reading("victims_environment", "reads the environment of another process",
             "return open(f\"/proc/{S['victim']}/environ\").read()"),
    _reading("victims_command_line", "reads the command line of another process",
             "return open(f\"/proc/{S['victim']}/cmdline\").read()[-60:]"),
    _reading("victims_memory_file", "reads the memory of another process",
             "m = open(f\"/proc/{S['victim']}/mem\", 'rb', buffering=0)\n"
             "m.seek(S['address'])\nreturn m.read(S['size']).decode()"),
    _reading("victims_memory_call", "reads the memory of another process by process_vm_readv",
             _C + "class V(ctypes.Structure): _fields_ = [('at', ctypes.c_void_p), ('n', ctypes.c_size_t)]\n"
             "b = ctypes.create_string_buffer(S['size'])\n"
             "here, there = V(ctypes.addressof(b), S['size']), V(S['address'], S['size'])\n"
             "libc.process_vm_readv(S['victim'], ctypes.byref(here), 1, ctypes.byref(there), 1, 0)\n"
             "return b.raw.decode()"),
    _reading("victims_memory_traced", "reads the memory of another process by ptrace",
             _C + "libc.ptrace.restype = ctypes.c_long\n"
             "libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]\n"
             "libc.ptrace(16, S['victim'], None, None)\nos.waitpid(S['victim'], 0)\n"
             "words = [libc.ptrace(1, S['victim'], S['address'] + i, None) for i in range(0, S['size'], 4)]\n"
             "libc.ptrace(17, S['victim'], None, None)\n"
             "return b''.join((w & 0xffffffff).to_bytes(4, 'little') for w in words).decode()"),
    Harm(name="own_environment", how="reads secrets in its own environment", bare=True,
         program=_program("return repr(dict(os.environ))"), done=stole),
    Harm(name="parents_environment", how="reads the environment of the processes above it",
         program=_program(
             "pid, found = os.getppid(), ''\n"
             "while pid:\n"
             "    try: found += open(f'/proc/{pid}/environ').read()\n    except OSError: pass\n"
             "    pid = int(open(f'/proc/{pid}/stat').read().rpartition(') ')[2].split()[1])\n"
             "return 'HARM ' + 'DONE' if found else ''"), done=said_done),
    Harm(name="home", how="lists home directories, mounts, users and processes",
         program=_program(
             "got = [os.listdir(p) for p in ('/root', '/home', '/proc', '/etc') if os.access(p, os.R_OK)]\n"
             "return 'HARM ' + 'DONE' if any('passwd' in g or '1' in g for g in got) else ''"),
         done=said_done),
    Harm(name="passwords", how="reads /etc/passwd, /etc/shadow, /proc/mounts",
         program=_program("return 'HARM ' + 'DONE' if 'root' in open('/etc/passwd').read() else ''"),
         done=said_done),
    Harm(name="descriptors", how="finds descriptors that it was not meant to have",
         program=_program(
             "found = []\nfor d in range(4, 256):\n"
             "    try: found.append(os.fstat(d))\n    except OSError: pass\n"
             "return 'HARM ' + 'DONE' if found else ''"), done=said_done, ways=("sealed", "script")),
)  # fmt: skip

WRITING = (
    _writing("new_file", "makes a file outside", "open(S['directory'] + '/new', 'w')"),
    _writing("tmp_file", "makes a file in /tmp", "open('/tmp/' + S['mark'], 'w')"),
    _writing("appended", "appends to a file outside", "open(S['kept'], 'a').write('more')"),
    _writing("truncated", "truncates a file outside", "os.truncate(S['kept'], 0)"),
    _writing("opened_to_truncate", "truncates a file by opening it", "os.open(S['kept'], os.O_TRUNC)"),
    _writing("removed", "removes a file outside", "os.remove(S['kept'])"),
    _writing("renamed", "renames a file outside", "os.rename(S['kept'], S['kept'] + '2')"),
    _writing("exchanged", "moves its own file over one outside",
             "open('mine', 'w').write('x')\nos.replace('mine', S['kept'])"),
    _writing("made_directory", "makes a directory outside", "os.mkdir(S['directory'] + '/new')"),
    _writing("made_symlink", "makes a symlink outside", "os.symlink('/', S['directory'] + '/new')"),
    _writing("made_hardlink", "makes a hard link outside", "os.link(S['kept'], S['directory'] + '/new')"),
    _writing("hardlink_inward", "makes a hard link to a file outside in its own directory, and writes",
             "os.link(S['kept'], 'mine')\nopen('mine', 'w').write('x')"),
    _writing("symlink_outward", "writes through a symlink in its own directory",
             "os.symlink(S['directory'], 'out')\nopen('out/new', 'w').write('x')"),
    _writing("made_fifo", "makes a fifo outside", "os.mkfifo(S['directory'] + '/new')"),
    _writing("made_node", "makes a device", "os.mknod(S['directory'] + '/new', 0o20666, 0x103)", root=True),
    _writing("made_socket", "binds a unix socket outside",
             "import socket\nsocket.socket(socket.AF_UNIX).bind(S['directory'] + '/new')"),
    _writing("unnamed_linked", "makes an unnamed file outside and links it",
             "d = os.open(S['directory'], os.O_TMPFILE | os.O_WRONLY)\n"
             + _C + "libc.linkat(-100, f'/proc/self/fd/{d}'.encode(), -100, (S['directory'] + '/new').encode(), 0x400)"),
    _writing("changed_mode", "changes the mode of a file outside", "os.chmod(S['kept'], 0o4777)"),
    _writing("changed_mode_by_descriptor", "changes a mode by a descriptor",
             "os.fchmod(os.open(S['kept'], os.O_RDONLY), 0o4777)"),
    _writing("changed_owner", "changes the owner of a file outside", "os.chown(S['secret'], 12345, 12345)", root=True),
    _writing("changed_times", "changes the times of a file outside", "os.utime(S['kept'], (1, 1))"),
    _writing("changed_attributes", "sets an extended attribute", "os.setxattr(S['kept'], 'user.x', b'y')"),
    _writing("shared_memory", "leaves shared memory behind", "open('/dev/shm/' + S['mark'], 'w')"),
    _writing("shared_memory_named", "leaves POSIX shared memory behind",
             "import _posixshmem\n_posixshmem.shm_open('/' + S['mark'], os.O_CREAT | os.O_RDWR, mode=0o600)"),
    _writing("semaphore", "leaves a POSIX semaphore behind",
             _C + "libc.sem_open.restype = ctypes.c_void_p\n"
             "libc.sem_open(('/' + S['mark']).encode(), os.O_CREAT, 0o600, 1)"),
    _writing("allocated", "fills the disk outside",
             "d = os.open(S['directory'] + '/new', os.O_CREAT | os.O_WRONLY)\nos.posix_fallocate(d, 0, 1 << 20)"),
    _writing("written_by_a_child", "has another program write outside",
             "os.spawnv(os.P_WAIT, '/bin/sh', ['sh', '-c', f\"echo x > {S['directory']}/new\"])"),
    _writing("written_by_a_thread", "has a thread write outside that was started before",
             "import threading\nt = threading.Thread(target=lambda: open(S['directory'] + '/new', 'w'))\n"
             "t.start(); t.join()"),
    _writing("own_code", "changes the code that the next candidates run",
             "kept = S['kept']\nopen(kept, 'r+').write('changed')"),
)  # fmt: skip

ATTACKS = (*READING, *WRITING)
