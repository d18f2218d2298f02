import { type Architecture, type Syscall, syscallNumbers } from "../seccomp/index.ts";

/** Numbers of the system calls that a launcher makes itself. */
export function callDirectives(architecture: Architecture, ...calls: Syscall[]): string[] {
  const numbers: Readonly<Partial<Record<Syscall, number>>> = syscallNumbers[architecture];
  return calls.map((call) => `call=${call}:${numbers[call]}`);
}
