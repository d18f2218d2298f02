import { expect, test } from "vitest";
import { assemble } from "./assemble.ts";
import { compileFilter } from "./compile-filter.ts";
import type { FilterOptions } from "./plan-filter.ts";
import { type Architecture, syscallNumbers } from "./syscalls.ts";

const errors: Record<number, string> = {
  0x7fff0000: "ALLOW",
  0x50001: "EPERM",
  0x50026: "ENOSYS",
  0x80000000: "KILL",
};
const audit = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** What the kernel's interpreter does with the program. */
function answer(
  program: Buffer,
  call: { number: number; arch: number; args?: readonly number[] },
): string | undefined {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number >>> 0, 0);
  data.writeUInt32LE(call.arch, 4);
  for (const [index, value] of (call.args ?? []).entries())
    data.writeBigUInt64LE(BigInt(value), 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const [opcode, jt, jf, k] = [
      program.readUInt16LE(at * 8),
      program[at * 8 + 2] ?? 0,
      program[at * 8 + 3] ?? 0,
      program.readUInt32LE(at * 8 + 4),
    ];
    if (opcode === 0x20) accumulator = data.readUInt32LE(k);
    else if (opcode === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (opcode === 0x15) at += accumulator === k ? jt : jf;
    else if (opcode === 0x35) at += accumulator >= k ? jt : jf;
    else if (opcode === 0x05) at += k;
    else return errors[k];
  }
}

const ask = (architecture: Architecture, options: FilterOptions) => {
  const program = compileFilter(architecture, options);
  const numbers: Readonly<Record<string, number>> = syscallNumbers[architecture];
  return (name: string, ...args: number[]) =>
    answer(program, { number: numbers[name] ?? -1, arch: audit[architecture], args });
};
const full: FilterOptions = { sockets: "NONE", isOnHost: false, hasDevices: false };

test.each(["x64", "arm64"] as const)(
  "%s: listed system calls are allowed or denied as listed, and unknown ones return ENOSYS",
  (architecture) => {
    const answered = ask(architecture, full);
    expect(["read", "openat", "execve", "futex", "exit_group"].map((name) => answered(name))).toEqual(
      Array(5).fill("ALLOW"),
    );
    expect(
      ["ptrace", "bpf", "io_uring_setup", "keyctl", "mount", "unshare", "symlinkat", "mknodat"].map((name) =>
        answered(name),
      ),
    ).toEqual(Array(8).fill("EPERM"));
    const program = compileFilter(architecture, full);
    for (const number of [435, 437, 470, 999, 0x40000000, -1])
      expect(answer(program, { number, arch: audit[architecture] })).toBe("ENOSYS");
  },
);

test("a program of another architecture is killed at its first system call", () => {
  expect(answer(compileFilter("x64", full), { number: 1, arch: 0x40000003 })).toBe("KILL");
  expect(answer(compileFilter("arm64", full), { number: 1, arch: audit.x64 })).toBe("KILL");
});

test("threads can be started, namespaces cannot be created", () => {
  const answered = ask("x64", full);
  expect(answered("clone", 0x3d0f00)).toBe("ALLOW");
  for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
    expect(answered("clone", 0x3d0f00 | flag)).toBe("EPERM");
});

test("allowed sockets depend on the source: none, Unix and TCP, or outgoing TCP only", () => {
  const types = {
    tcp: [2, 0x80801, 6],
    mptcp: [2, 1, 262],
    udp: [2, 2, 0],
    tcp6: [10, 1, 0],
    unix: [1, 1, 0],
    netlink: [16, 3, 0],
  };
  const open = (sockets: FilterOptions["sockets"]) => {
    const answered = ask("x64", { sockets, isOnHost: false, hasDevices: false });
    return Object.entries(types)
      .filter(([, args]) => answered("socket", ...args) === "ALLOW")
      .map(([name]) => name);
  };
  expect({ none: open("NONE"), relayed: open("RELAYED"), port: open("PORT") }).toEqual({
    none: [],
    relayed: ["tcp", "unix"],
    port: ["tcp"],
  });
  const answered = ask("x64", { sockets: "PORT", isOnHost: true, hasDevices: false });
  expect(answered("bind")).toBe("EPERM");
  expect(answered("sendto", 3, 0, 0, 0x4000)).toBe("ALLOW");
  expect(answered("sendto", 3, 0, 0, 0x20004000)).toBe("EPERM");
});

test("terminal input injection and setuid or setgid files are denied", () => {
  const answered = ask("x64", full);
  expect(answered("ioctl", 0, 0x5401)).toBe("ALLOW");
  expect(answered("ioctl", 0, 0x5412)).toBe("EPERM");
  expect(answered("ioctl", 0, 0x1_0000_5412)).toBe("EPERM");
  expect(answered("openat", -100 >>> 0, 0, 0x41, 0o644)).toBe("ALLOW");
  expect(answered("openat", -100 >>> 0, 0, 0x41, 0o4755)).toBe("EPERM");
  expect(answered("fchmod", 3, 0o2755)).toBe("EPERM");
});

test("without namespaces, limits and signals for other processes and file attribute changes are denied", () => {
  const answered = ask("x64", { sockets: "NONE", isOnHost: true, hasDevices: false, ownPid: 4711 });
  expect(answered("prlimit64", 0, 7, 0x7fff_0000_0000)).toBe("ALLOW");
  expect(answered("prlimit64", 12, 7, 0)).toBe("ALLOW");
  expect(answered("prlimit64", 12, 7, 0x7fff_0000_0000)).toBe("EPERM");
  expect(answered("chmod", 0, 0o600)).toBe("EPERM");
  expect([answered("kill", 4711, 9), answered("kill", 1, 9), answered("tkill", 4711, 9)]).toEqual([
    "ALLOW",
    "EPERM",
    "EPERM",
  ]);
});

test("assembling a filter with a jump to an unknown label throws", () => {
  expect(() => assemble([{ jump: "nowhere" }])).toThrow(
    'BPF instruction 0 jumps to "nowhere", which does not exist',
  );
});

test.each(["x64", "arm64"] as const)(
  "%s: only drivers of devices get files without a name",
  (architecture) => {
    expect(ask(architecture, full)("memfd_create", 0, 0)).toBe("EPERM");
    expect(ask(architecture, { ...full, hasDevices: true })("memfd_create", 0, 0)).toBe("ALLOW");
  },
);
