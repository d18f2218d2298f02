import numbers from "./syscalls.json" with { type: "json" };

export type Architecture = keyof typeof numbers;
export type Syscall = keyof (typeof numbers)["x64"] | keyof (typeof numbers)["arm64"];

/**
 * Numbers of the system calls that the filter names, per architecture, from the kernel's headers
 * (`asm/unistd_64.h` and `asm-generic/unistd.h`). A released number never changes.
 */
export const syscallNumbers: Record<Architecture, Readonly<Partial<Record<Syscall, number>>>> = numbers;
