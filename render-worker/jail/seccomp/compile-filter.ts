import { assemble, type Instruction } from "./assemble.ts";
import { type Condition, type FilterOptions, planFilter, type Rule } from "./plan-filter.ts";
import { type Architecture, type Syscall, syscallNumbers } from "./syscalls.ts";

/** `AUDIT_ARCH_X86_64` and `AUDIT_ARCH_AARCH64`. */
const auditArchitectures: Record<Architecture, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
/** Offsets in `struct seccomp_data`; both architectures are little-endian. */
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const argumentOffset = ({ argument, word }: Condition) => 16 + 8 * argument + (word === "upper" ? 4 : 0);
/** `SECCOMP_RET_…`; the lower half of an error is its number. */
const answers = { allow: 0x7fff_0000, refuse: 0x0005_0001, unknown: 0x0005_0026, kill: 0x8000_0000 };

export const isFilterable = (architecture: string): architecture is Architecture =>
  architecture in syscallNumbers;

/**
 * A seccomp filter as BPF bytes. Calls of another architecture (32-bit programs) kill the process, refused
 * ones fail with EPERM, unknown ones with ENOSYS. Uses bisection: a linear chain of comparisons for hundreds
 * of calls would slow every system call.
 */
export function compileFilter(architecture: Architecture, options: FilterOptions): Buffer {
  const rules = planFilter(options);
  const numbers: Readonly<Partial<Record<Syscall, number>>> = syscallNumbers[architecture];
  const conditional: Instruction[] = [];
  const byNumber = [...rules]
    .flatMap(([call, rule]): Span[] => {
      const number = numbers[call];
      if (number === undefined) return [];
      return [{ from: number, target: targetOf(call, rule, conditional) }];
    })
    .sort((a, b) => a.from - b.from);
  return assemble([
    { load: ARCHITECTURE_OFFSET },
    { jumpIfEqual: auditArchitectures[architecture], whenTrue: "native", whenFalse: "foreign" },
    { label: "foreign" },
    { answer: answers.kill },
    { label: "native" },
    { load: NUMBER_OFFSET },
    ...bisect(spansOf(byNumber), "n"),
    ...conditional,
    { label: "allow" },
    { answer: answers.allow },
    { label: "refuse" },
    { answer: answers.refuse },
    { label: "unknown" },
    { answer: answers.unknown },
  ]);
}

/** Calls from this number up to the next span's have one target. */
interface Span {
  from: number;
  target: string;
}

/** Completes single numbers to spans that cover everything; numbers in between are unknown. */
function spansOf(singles: readonly Span[]): Span[] {
  const spans: Span[] = [{ from: 0, target: "unknown" }];
  const add = (span: Span) => {
    const last = spans.at(-1);
    if (last?.from === span.from) last.target = span.target;
    else if (last?.target !== span.target) spans.push(span);
  };
  for (const [index, { from, target }] of singles.entries()) {
    add({ from, target });
    if (singles[index + 1]?.from !== from + 1) add({ from: from + 1, target: "unknown" });
  }
  return spans;
}

function bisect(spans: readonly Span[], name: string): Instruction[] {
  const [only] = spans;
  if (only === undefined) return [];
  if (spans.length === 1) return [{ jump: only.target }];
  const middle = spans.length >> 1;
  const above = spans.slice(middle);
  // The upper half may be too far for a branch, so it uses a plain jump.
  return [
    { jumpIfAtLeast: above[0]?.from ?? 0, whenTrue: `${name}>`, whenFalse: `${name}<` },
    { label: `${name}>` },
    { jump: `${name}1` },
    { label: `${name}<` },
    ...bisect(spans.slice(0, middle), `${name}0`),
    { label: `${name}1` },
    ...bisect(above, `${name}1`),
  ];
}

function targetOf(call: Syscall, rule: Rule, conditional: Instruction[]): string {
  if (rule === "ALLOW") return "allow";
  if (rule === "REFUSE") return "refuse";
  conditional.push({ label: call });
  for (const [index, conditions] of rule.entries()) {
    const next = `${call}/${index + 1}`;
    for (const [step, condition] of conditions.entries()) {
      const holds = `${call}/${index}.${step}`;
      const { mask, equals, isNot } = condition;
      conditional.push({ load: argumentOffset(condition) });
      if (mask !== undefined) conditional.push({ and: mask });
      conditional.push({
        jumpIfEqual: equals,
        whenTrue: isNot ? next : holds,
        whenFalse: isNot ? holds : next,
      });
      conditional.push({ label: holds });
    }
    conditional.push({ jump: "allow" }, { label: next });
  }
  conditional.push({ jump: "refuse" });
  return call;
}
