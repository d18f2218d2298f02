/** One instruction of classic BPF, `struct sock_filter`; jumps name labels instead of distances. */
export type Instruction =
  | { label: string }
  /** Loads a 32-bit word of `struct seccomp_data` into the accumulator. */
  | { load: number }
  | { and: number }
  | { jumpIfEqual: number; whenTrue: string; whenFalse: string }
  | { jumpIfAtLeast: number; whenTrue: string; whenFalse: string }
  | { jump: string }
  | { answer: number };

const code = { load: 0x20, and: 0x54, jumpIfEqual: 0x15, jumpIfAtLeast: 0x35, jump: 0x05, answer: 0x06 };
const INSTRUCTION_BYTES = 8;
/** Conditional jumps have one byte for the distance. */
const FARTHEST_BRANCH = 255;

/**
 * Assembles instructions into the kernel's format. Jumps only go forwards. Throws for a label that is
 * missing, behind, or too far for a branch.
 */
export function assemble(instructions: readonly Instruction[]): Buffer {
  const labels = new Map<string, number>();
  let position = 0;
  for (const instruction of instructions) {
    if ("label" in instruction) labels.set(instruction.label, position);
    else position += 1;
  }
  const bytes = Buffer.alloc(position * INSTRUCTION_BYTES);
  const distance = (label: string, from: number, most: number): number => {
    const to = labels.get(label);
    const steps = (to ?? -1) - from - 1;
    if (steps < 0 || steps > most)
      throw new RangeError(
        `BPF instruction ${from} jumps to "${label}", ${to === undefined ? "which does not exist" : `${steps} instructions on`}; the distance must be 0 to ${most}.`,
      );
    return steps;
  };
  let at = 0;
  for (const instruction of instructions) {
    if ("label" in instruction) continue;
    const write = (opcode: number, k: number, jt = 0, jf = 0) => {
      const offset = at * INSTRUCTION_BYTES;
      bytes.writeUInt16LE(opcode, offset);
      bytes.writeUInt8(jt, offset + 2);
      bytes.writeUInt8(jf, offset + 3);
      bytes.writeUInt32LE(k >>> 0, offset + 4);
    };
    if ("load" in instruction) write(code.load, instruction.load);
    else if ("and" in instruction) write(code.and, instruction.and);
    else if ("jump" in instruction) write(code.jump, distance(instruction.jump, at, Number.MAX_SAFE_INTEGER));
    else if ("answer" in instruction) write(code.answer, instruction.answer);
    else {
      const jt = distance(instruction.whenTrue, at, FARTHEST_BRANCH);
      const jf = distance(instruction.whenFalse, at, FARTHEST_BRANCH);
      if ("jumpIfEqual" in instruction) write(code.jumpIfEqual, instruction.jumpIfEqual, jt, jf);
      else write(code.jumpIfAtLeast, instruction.jumpIfAtLeast, jt, jf);
    }
    at += 1;
  }
  return bytes;
}
