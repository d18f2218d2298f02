import type { Syscall } from "./syscalls.ts";

/** Comparison of one argument, as the kernel reads it: the lower or the upper 32 bits. */
export interface Condition {
  argument: 0 | 1 | 2 | 3 | 4 | 5;
  word?: "upper";
  mask?: number;
  equals: number;
  /** The argument must differ from `equals`. */
  isNot?: true;
}

/** Rule for a call. A list of alternatives: allowed if all conditions of one hold, refused otherwise. */
export type Rule = "ALLOW" | "REFUSE" | readonly (readonly Condition[])[];

export interface FilterOptions {
  /**
   * Sockets: `NONE`; `RELAYED`: Unix and TCP inside a network namespace that only has its loopback; `PORT`:
   * outgoing TCP whose target is restricted elsewhere.
   */
  sockets: "NONE" | "RELAYED" | "PORT";
  /** The program shares the host's files and processes, so calls that bypass Landlock are refused as well. */
  isOnHost: boolean;
  /** Drivers use files without a name. Elsewhere they are memory that no limit of a process counts. */
  hasDevices: boolean;
  /**
   * Restricts signals to its own process. For kernels whose Landlock does not restrict signals, if the
   * program runs as the worker's user.
   */
  ownPid?: number;
}

const oneOf = (argument: Condition["argument"], ...values: readonly number[]) =>
  values.map((equals) => [{ argument, equals }]);
const noneOf = (argument: Condition["argument"], ...values: readonly number[]): Rule => [
  values.map((equals) => ({ argument, equals, isNot: true })),
];
const without = (argument: Condition["argument"], mask: number): Rule => [[{ argument, mask, equals: 0 }]];
const onSelf: Rule = oneOf(0, 0);

const AF_UNIX = 1;
const AF_INET = 2;
/**
 * `type & SOCK_TYPE_MASK` and TCP's protocol: Landlock and the worker do not handle SCTP or Multipath TCP.
 */
const tcp = (protocol: number): Condition[] => [
  { argument: 0, equals: AF_INET },
  { argument: 1, mask: 0xf, equals: 1 },
  { argument: 2, equals: protocol },
];
const SET_ID_BITS = 0o6000;
const CREATES = 0x40 | 0x40_0000;
const FAST_OPEN = 0x2000_0000;
const NAMESPACES = 0x7e02_0000;
/** Requests that inject input into a terminal or change its mode: TIOCSTI, TIOCLINUX, TIOCSETD. */
const terminalRequests = [0x5412, 0x541c, 0x5423];
/**
 * Requests that choose the receiver of a file's signals: FIOSETOWN and SIOCSPGRP; for `fcntl`: F_SETOWN,
 * F_SETSIG, F_SETOWN_EX.
 */
const ownerRequests = [0x8901, 0x8902];
const ownerCommands = [8, 10, 15];

/** The rules by call. Pure. */
export function planFilter(options: FilterOptions): Map<Syscall, Rule> {
  const { sockets, isOnHost, hasDevices, ownPid } = options;
  const rules = new Map<Syscall, Rule>();
  for (const call of allowedCalls) rules.set(call, "ALLOW");
  for (const call of refusedCalls) rules.set(call, "REFUSE");
  const set = (calls: readonly Syscall[], rule: Rule) => {
    for (const call of calls) rules.set(call, rule);
  };
  set(["clone"], without(0, NAMESPACES));
  set(["socketpair"], oneOf(0, AF_UNIX));
  set(["socket"], socketRule(sockets));
  if (sockets !== "RELAYED") set(["bind", "listen", "accept", "accept4"], "REFUSE");
  // Sending data with the first packet connects without Landlock's check.
  set(["sendto", "sendmmsg"], without(3, FAST_OPEN));
  set(["sendmsg"], without(2, FAST_OPEN));
  set(["ioctl"], noneOf(1, ...terminalRequests, ...ownerRequests));
  set(["fcntl"], noneOf(1, ...ownerCommands));
  set(["personality"], oneOf(0, 0, 0xffff_ffff));
  // Set-user-ID programs would remain for other users of the machine.
  set(["chmod", "fchmod", "creat"], without(1, SET_ID_BITS));
  set(["fchmodat"], without(2, SET_ID_BITS));
  set(
    ["open"],
    [[{ argument: 1, mask: CREATES, equals: 0 }], [{ argument: 2, mask: SET_ID_BITS, equals: 0 }]],
  );
  set(
    ["openat"],
    [[{ argument: 2, mask: CREATES, equals: 0 }], [{ argument: 3, mask: SET_ID_BITS, equals: 0 }]],
  );
  if (!hasDevices) set(["memfd_create"], "REFUSE");
  if (isOnHost) confineToItself(set);
  if (ownPid !== undefined) {
    set(["kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"], oneOf(0, ownPid));
    set(["tkill"], "REFUSE");
  }
  return rules;
}

function socketRule(sockets: FilterOptions["sockets"]): Rule {
  if (sockets === "NONE") return "REFUSE";
  const outgoing = [tcp(0), tcp(6)];
  return sockets === "PORT" ? outgoing : [...outgoing, [{ argument: 0, equals: AF_UNIX }]];
}

/** Restricts what Landlock does not: attributes of files, by name, and other processes of the same user. */
function confineToItself(set: (calls: readonly Syscall[], rule: Rule) => void): void {
  set(["chmod", "fchmodat", "chown", "lchown", "fchownat"], "REFUSE");
  set(["utime", "utimes", "futimesat", "utimensat"], "REFUSE");
  set(["inotify_add_watch"], "REFUSE");
  set(["sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"], onSelf);
  set(["get_robust_list"], onSelf);
  set(["setpriority", "ioprio_set"], oneOf(1, 0));
  set(
    ["prlimit64"],
    [
      [{ argument: 0, equals: 0 }],
      [
        { argument: 2, equals: 0 },
        { argument: 2, word: "upper", equals: 0 },
      ],
    ],
  );
}

const list = (text: string): readonly Syscall[] => text.trim().split(/\s+/) as Syscall[];

/**
 * System calls that programs may make: recorded from ffmpeg, ffprobe, perl, python and node, plus their
 * siblings, which other builds and C libraries use for the same purpose. Some are restricted further by their
 * arguments (`plan-filter.ts`).
 */
const allowedCalls = list(`
  read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range dup dup2 dup3 pipe pipe2 fcntl ioctl open
  openat creat access faccessat faccessat2 stat fstat lstat newfstatat statx statfs fstatfs readlink readlinkat getcwd chdir fchdir getdents
  getdents64 truncate ftruncate fallocate fadvise64 readahead sync_file_range fsync fdatasync syncfs flock copy_file_range sendfile splice tee
  mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 umask fchmod fchown mmap munmap mremap mprotect madvise msync mincore mlock
  mlock2 munlock mlockall munlockall brk membarrier memfd_create pkey_alloc pkey_free pkey_mprotect remap_file_pages get_mempolicy
  set_mempolicy mbind futex futex_waitv set_robust_list get_robust_list rseq set_tid_address gettid getpid getppid getpgrp getpgid getsid
  getuid geteuid getgid getegid getgroups getresuid getresgid capget setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid
  setfsgid clone fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending
  rt_sigsuspend rt_sigtimedwait rt_sigreturn rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack signalfd signalfd4 pause restart_syscall alarm
  getitimer setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime
  nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl
  epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch socket socketpair connect
  bind listen accept accept4 getsockname getpeername getsockopt setsockopt shutdown sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
  sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler sched_setscheduler sched_setparam sched_getattr
  sched_setattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval getpriority setpriority ioprio_get ioprio_set getcpu
  getrlimit setrlimit prlimit64 getrusage sysinfo uname prctl arch_prctl getrandom personality chmod fchmodat chown lchown fchownat utime
  utimes futimesat utimensat getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
`);

/**
 * Known system calls that fail with EPERM: attack surface of the kernel, ways to reach other processes, and
 * ways to leave a trap for the worker in the output folder (links, pipes and device nodes). All other calls,
 * including future ones, fail with ENOSYS, so that programs fall back to older ones.
 */
const refusedCalls = list(`
  symlink symlinkat link linkat mknod mknodat chroot pivot_root mount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount
  fspick unshare setns setsid setpgid ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open pidfd_getfd
  pidfd_send_signal bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup io_submit io_getevents io_cancel
  io_destroy io_pgetevents keyctl add_key request_key seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self init_module
  finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff syslog acct quotactl quotactl_fd iopl ioperm modify_ldt
  settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname vhangup name_to_handle_at open_by_handle_at fanotify_init
  fanotify_mark lookup_dcookie vmsplice memfd_secret move_pages migrate_pages set_mempolicy_home_node sysfs ustat uselib nfsservctl shmget
  shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify
  mq_getsetattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr capset sync
`);
