import { allowedCalls, refusedCalls } from "./call-lists.ts";
import type { Syscall } from "./syscalls.ts";

/** One argument of a call, compared as the kernel reads it: the lower 32 bits, or the upper. */
export interface Condition {
  argument: 0 | 1 | 2 | 3 | 4 | 5;
  word?: "upper";
  mask?: number;
  equals: number;
  /** It must differ from `equals` instead. */
  isNot?: true;
}

/** What happens to a call. A list of alternatives: allowed where all conditions of one hold, refused otherwise. */
export type Rule = "ALLOW" | "REFUSE" | readonly (readonly Condition[])[];

export interface FilterOptions {
  /**
   * Sockets: `NONE`; `RELAYED`, Unix and TCP inside a network namespace that has nothing but its loopback; `PORT`, outgoing TCP whose target
   * something else restricts.
   */
  sockets: "NONE" | "RELAYED" | "PORT";
  /** The program shares the host's files and processes: calls that reach them past Landlock are refused as well. */
  isOnHost: boolean;
  /** Signals to its own process only. For kernels whose Landlock does not restrict signals, where the program runs as the worker's user. */
  ownPid?: number;
}

const oneOf = (argument: Condition["argument"], ...values: readonly number[]) =>
  values.map((equals) => [{ argument, equals }]);
const noneOf = (argument: Condition["argument"], ...values: readonly number[]): Rule => [
  values.map((equals) => ({ argument, equals, isNot: true })),
];
const without = (argument: Condition["argument"], mask: number): Rule => [[{ argument, mask, equals: 0 }]];
const onSelf: Rule = oneOf(0, 0);

const afUnix = 1;
const afInet = 2;
/** `type & SOCK_TYPE_MASK` and a protocol that is TCP's: neither Landlock nor the worker knows of SCTP or Multipath TCP. */
const tcp = (protocol: number): Condition[] => [
  { argument: 0, equals: afInet },
  { argument: 1, mask: 0xf, equals: 1 },
  { argument: 2, equals: protocol },
];
const setIdBits = 0o6000;
const creates = 0x40 | 0x40_0000;
const fastOpen = 0x2000_0000;
const namespaces = 0x7e02_0000;
/** Requests on terminals that type for their user or change how they work: TIOCSTI, TIOCLINUX, TIOCSETD. */
const terminalRequests = [0x5412, 0x541c, 0x5423];
/** Who gets a file's signals: FIOSETOWN and SIOCSPGRP; of `fcntl`: F_SETOWN, F_SETSIG, F_SETOWN_EX. */
const ownerRequests = [0x8901, 0x8902];
const ownerCommands = [8, 10, 15];

/** Each call's rule. Pure. */
export function planFilter(options: FilterOptions): Map<Syscall, Rule> {
  const { sockets, isOnHost, ownPid } = options;
  const rules = new Map<Syscall, Rule>();
  for (const call of allowedCalls) rules.set(call, "ALLOW");
  for (const call of refusedCalls) rules.set(call, "REFUSE");
  const set = (calls: readonly Syscall[], rule: Rule) => {
    for (const call of calls) rules.set(call, rule);
  };
  set(["clone"], without(0, namespaces));
  set(["socketpair"], oneOf(0, afUnix));
  set(["socket"], socketRule(sockets));
  if (sockets !== "RELAYED") set(["bind", "listen", "accept", "accept4"], "REFUSE");
  // A first packet with data connects without asking Landlock.
  set(["sendto", "sendmmsg"], without(3, fastOpen));
  set(["sendmsg"], without(2, fastOpen));
  set(["ioctl"], noneOf(1, ...terminalRequests, ...ownerRequests));
  set(["fcntl"], noneOf(1, ...ownerCommands));
  set(["personality"], oneOf(0, 0, 0xffff_ffff));
  // Programs that run as whoever owns them would be left for other users of the machine.
  set(["chmod", "fchmod", "creat"], without(1, setIdBits));
  set(["fchmodat"], without(2, setIdBits));
  set(["open"], [[{ argument: 1, mask: creates, equals: 0 }], [{ argument: 2, mask: setIdBits, equals: 0 }]]);
  set(
    ["openat"],
    [[{ argument: 2, mask: creates, equals: 0 }], [{ argument: 3, mask: setIdBits, equals: 0 }]],
  );
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
  return sockets === "PORT" ? outgoing : [...outgoing, [{ argument: 0, equals: afUnix }]];
}

/** What Landlock does not restrict: attributes of files, by their names, and other processes of the same user. */
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
