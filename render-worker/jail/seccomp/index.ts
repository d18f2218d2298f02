/** Compiles filters of system calls. */

export { compileFilter, isFilterable } from "./compile-filter.ts";
export { type Architecture, type Syscall, syscallNumbers } from "./syscalls.ts";
