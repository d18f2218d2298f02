import type { JailLevel } from "@reelay/contracts";

/** The kernel's expected answer per level: names of errors that count as a refusal for the right reason. */
type Refusal = Record<Exclude<JailLevel, "NONE">, string>;

export interface Escape {
  name: string;
  /** Perl that returns true if it succeeded, and leaves the error in `$!` otherwise. */
  perl: string;
  refused: Refusal;
}

/** Hidden by the mount namespace, or denied by Landlock. */
const hidden: Refusal = { FULL: "ENOENT", LIMITED: "EACCES" };
const readOnly: Refusal = { FULL: "EROFS", LIMITED: "EACCES" };
const filtered: Refusal = { FULL: "EPERM", LIMITED: "EPERM" };
const unknown: Refusal = { FULL: "ENOSYS", LIMITED: "ENOSYS" };
const stranger: Refusal = { FULL: "ESRCH", LIMITED: "EPERM" };

/** The namespace has no such user; without a namespace, the kernel refuses. */
const unmapped: Refusal = { FULL: "EINVAL", LIMITED: "EPERM" };

/** Not every machine has it. */
const orAbsent: Refusal = { FULL: "ENOENT", LIMITED: "EACCES ENOENT" };

const reads = (name: string, path: string, refused = hidden): Escape => ({
  name,
  perl: `open(my $f, "<", ${path}) and defined(<$f>)`,
  refused,
});
const writes = (name: string, path: string, refused: Refusal): Escape => ({
  name,
  perl: `open(my $f, ">>", ${path}) and syswrite($f, "x")`,
  refused,
});
const calls = (name: string, call: string, args: string, refused = filtered): Escape => ({
  name,
  perl: `syscall($n{${call}}${args && `, ${args}`}) >= 0`,
  refused,
});

/**
 * In scope: `%at` paths and numbers of the test (`own`, `other`, `store`, `worker`, `victim`, `broker`,
 * `unix`, `abstract`), `%n` numbers of system calls, `$zero` writable memory, `$s` a socket that outlives the
 * try, or closing it would hide the reason, `tcp(PORT, ADDRESS)` a connection.
 */
export const fileEscapes: readonly Escape[] = [
  reads("a file of another attempt", '"$at{other}/segment"'),
  reads("another attempt by way of its own folder", '"$at{own}/../other/segment"'),
  { name: "another attempt's listing", perl: "opendir(my $d, $at{other})", refused: hidden },
  reads("the store", '"$at{store}/source"'),
  reads("password hashes", '"/etc/shadow"'),
  reads("user names", '"/etc/passwd"'),
  reads("the name servers", '"/etc/resolv.conf"'),
  reads("the worker's environment", '"/proc/$at{worker}/environ"'),
  reads("the worker's memory", '"/proc/$at{worker}/mem"'),
  reads("physical memory", '"/dev/mem"', orAbsent),
  reads("the disk", '"/dev/vda"', orAbsent),
  { name: "a home folder", perl: 'opendir(my $d, "/root")', refused: hidden },
  writes("a new file in the store", '"$at{store}/new"', hidden),
  writes("a file of another attempt, written", '"$at{other}/segment"', hidden),
  writes("a library folder", '"/usr/lib/reelay-escaped"', readOnly),
  writes("the program itself", "$^X", { FULL: "EACCES EROFS", LIMITED: "EACCES" }),
  writes("the core pattern", '"/proc/sys/kernel/core_pattern"', { FULL: "EACCES EROFS", LIMITED: "EACCES" }),
  writes("SysRq", '"/proc/sysrq-trigger"', { FULL: "EACCES EROFS ENOENT", LIMITED: "EACCES ENOENT" }),
  writes("a control group", '"/sys/fs/cgroup/cgroup.procs"', hidden),
  { name: "the root folder", perl: 'mkdir "/reelay-escaped"', refused: readOnly },
  { name: "the store, truncated", perl: 'truncate("$at{store}/source", 0)', refused: hidden },
  { name: "the store, removed", perl: 'unlink("$at{store}/source")', refused: hidden },
  {
    name: "its output moved into the store",
    perl: 'rename("$at{own}/mine", "$at{store}/mine")',
    refused: { FULL: "ENOENT", LIMITED: "EACCES EXDEV" },
  },
  {
    name: "permissions of the store",
    perl: 'chmod(0777, "$at{store}/source")',
    refused: { FULL: "ENOENT", LIMITED: "EPERM" },
  },
  {
    name: "times of the store",
    perl: 'utime(1, 1, "$at{store}/source")',
    refused: { FULL: "ENOENT", LIMITED: "EPERM" },
  },
  { name: "a symbolic link", perl: 'symlink("/etc/shadow", "$at{own}/link")', refused: filtered },
  { name: "a hard link", perl: 'link("$at{store}/source", "$at{own}/link")', refused: filtered },
  {
    name: "a pipe in its folder",
    perl: 'syscall($n{mknodat}, -100, my $p = "$at{own}/pipe", 010600, 0) == 0',
    refused: filtered,
  },
  {
    name: "a device in its folder",
    perl: 'syscall($n{mknodat}, -100, my $p = "$at{own}/device", 020600, 0x101) == 0',
    refused: filtered,
  },
  { name: "a program that runs as its owner", perl: 'chmod(04755, "$at{own}/mine")', refused: filtered },
];

export const kernelEscapes: readonly Escape[] = [
  calls("io_uring", "io_uring_setup", "1, $zero"),
  calls("a key of the kernel", "keyctl", "0, -3, 0, 0, 0"),
  calls("a new key", "add_key", 'my $t = "user", my $d = "x", $zero, 1, -3'),
  calls("BPF", "bpf", "0, $zero, 72"),
  calls("perf", "perf_event_open", "$zero, 0, -1, -1, 0"),
  calls("userfaultfd", "userfaultfd", "0"),
  calls("tracing the worker", "ptrace", "16, $at{worker}, 0, 0"),
  calls("the worker's memory by call", "process_vm_readv", "$at{worker}, $zero, 1, $zero, 1, 0"),
  calls("a handle of the worker", "pidfd_open", "$at{worker}, 0"),
  calls("mounting", "mount", 'my $a = "none", my $b = $at{own}, my $c = "tmpfs", 0, 0'),
  calls("the new way of mounting", "fsopen", 'my $a = "tmpfs", 0'),
  calls("unmounting", "umount2", 'my $a = "/tmp", 2'),
  calls("another root", "chroot", "my $a = $at{own}"),
  calls("a user namespace", "unshare", "0x10000000"),
  calls("a user namespace by clone", "clone", "0x10000011, 0, 0, 0, 0"),
  { name: "a namespace by clone3", perl: "syscall(435, $zero, 88) >= 0", refused: unknown },
  { name: "a call from the future", perl: "syscall(600) >= 0", refused: unknown },
  calls("another namespace", "setns", "0, 0"),
  calls("a file by its handle", "open_by_handle_at", "-100, $zero, 0"),
  calls("a filter that listens", "seccomp", "1, 8, $zero"),
  calls("a kernel module", "init_module", "$zero, 1, $zero"),
  calls("restarting the machine", "reboot", "0, 0, 0, $zero"),
  calls("the clock", "settimeofday", "$zero, 0"),
  calls("the host's name", "sethostname", "$zero, 1"),
  calls("shared memory of System V", "shmget", "1, 4096, 0x3ff"),
  calls("a message queue", "mq_open", 'my $a = "x", 0x42, 0600, 0'),
  calls("a session of its own", "setsid", ""),
  calls("a process group of its own", "setpgid", "0, 0"),
  { name: "typing into the terminal", perl: 'ioctl(STDIN, 0x5412, my $c = "x")', refused: filtered },
  { name: "root's id", perl: "syscall($n{setuid}, 0) == 0", refused: unmapped },
  { name: "root's group", perl: "syscall($n{setgid}, 0) == 0", refused: unmapped },
  { name: "a signal to the worker", perl: "kill STOP => $at{worker}", refused: stranger },
  { name: "a signal to another attempt", perl: "kill KILL => $at{victim}", refused: stranger },
  {
    name: "the worker's limits",
    perl: 'syscall($n{prlimit64}, $at{worker}, 7, my $l = pack("QQ", 1, 1), 0) == 0',
    refused: stranger,
  },
  {
    name: "the worker's processors",
    perl: 'syscall($n{sched_setaffinity}, $at{worker}, 8, my $m = pack("Q", 1)) == 0',
    refused: stranger,
  },
  {
    name: "the worker's priority",
    perl: "syscall($n{setpriority}, 0, $at{worker}, 19) == 0",
    refused: stranger,
  },
];

/** Without a source, no socket can be created. */
export const socketEscapes: readonly Escape[] = [
  { name: "TCP", perl: "socket($s, 2, 1, 0)", refused: filtered },
  { name: "UDP", perl: "socket($s, 2, 2, 0)", refused: filtered },
  { name: "IPv6", perl: "socket($s, 10, 1, 0)", refused: filtered },
  { name: "a raw socket", perl: "socket($s, 2, 3, 1)", refused: filtered },
  { name: "a Unix socket", perl: "socket($s, 1, 1, 0)", refused: filtered },
  { name: "netlink", perl: "socket($s, 16, 3, 0)", refused: filtered },
];

const noUnix = (FULL: string): Refusal => ({ FULL, LIMITED: "EPERM" });

/** With a source, nothing else can be reached. */
export const networkEscapes: readonly Escape[] = [
  {
    name: "the broker's port",
    perl: 'tcp($at{broker}, "\\x7f\\0\\0\\1")',
    refused: { FULL: "ECONNREFUSED", LIMITED: "EACCES" },
  },
  {
    name: "the metadata server",
    perl: 'tcp(80, "\\xa9\\xfe\\xa9\\xfe")',
    refused: { FULL: "ENETUNREACH", LIMITED: "EACCES" },
  },
  {
    name: "an address outside",
    perl: 'tcp(443, "\\x08\\x08\\x08\\x08")',
    refused: { FULL: "ENETUNREACH", LIMITED: "EACCES" },
  },
  { name: "DNS", perl: "socket($s, 2, 2, 17)", refused: filtered },
  { name: "Multipath TCP", perl: "socket($s, 2, 1, 262)", refused: filtered },
  { name: "SCTP", perl: "socket($s, 2, 1, 132)", refused: filtered },
  {
    name: "a connection by its first packet",
    perl: 'socket($s, 2, 1, 0) and defined(send($s, "x", 0x20000000, pack("SnA4x8", 2, $at{broker}, "\\x7f\\0\\0\\1")))',
    refused: filtered,
  },
  {
    name: "the worker's Unix socket",
    perl: 'socket($s, 1, 1, 0) and connect($s, pack("SZ*", 1, $at{unix}))',
    refused: noUnix("ENOENT"),
  },
  {
    name: "an abstract socket",
    perl: 'socket($s, 1, 1, 0) and connect($s, pack("Sxa*", 1, $at{abstract}))',
    refused: noUnix("ECONNREFUSED"),
  },
];
