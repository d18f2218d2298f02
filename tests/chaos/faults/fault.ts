/** A fault and its time. Plain data: printable, and equal for equal seeds. */
export type Fault =
  /** SIGKILL; restarted after `downMs`. */
  | { kind: "kill"; part: string; downMs: number }
  /** SIGSTOP, then SIGCONT after `forMs`. */
  | { kind: "freeze"; part: string; forMs: number }
  /** Resets every connection on the link. */
  | { kind: "cut"; link: string }
  /** Delays everything on the link. */
  | { kind: "delay"; link: string; byMs: number; forMs: number }
  /** Drops everything on the link without notice; afterwards it resumes, or the connections are reset. */
  | { kind: "half-open"; link: string; forMs: number; after: "resume" | "reset" }
  /** Fills the store. */
  | { kind: "disk-full"; forMs: number };

export interface PlannedFault {
  /** Milliseconds from the start of the run. */
  atMs: number;
  fault: Fault;
}

/** The affected part. A part has only one fault at a time. */
export function subjectOf(fault: Fault): string {
  if ("part" in fault) return fault.part;
  if ("link" in fault) return fault.link;
  return "store";
}

export function lengthOf(fault: Fault): number {
  switch (fault.kind) {
    case "kill":
      return fault.downMs;
    case "cut":
      return 0;
    default:
      return fault.forMs;
  }
}

/** One line for people. */
export function describeFault({ atMs, fault }: PlannedFault): string {
  const at = `${(atMs / 1_000).toFixed(1).padStart(6)} s`;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  switch (fault.kind) {
    case "kill":
      return `${at}  SIGKILL ${fault.part}, restarted after ${seconds(fault.downMs)}`;
    case "freeze":
      return `${at}  SIGSTOP ${fault.part} for ${seconds(fault.forMs)}`;
    case "cut":
      return `${at}  reset every connection ${fault.link}`;
    case "delay":
      return `${at}  delay ${fault.link} by ${fault.byMs} ms for ${seconds(fault.forMs)}`;
    case "half-open":
      return `${at}  silence on ${fault.link} for ${seconds(fault.forMs)}, then it ${fault.after === "reset" ? "is reset" : "resumes"}`;
    default:
      return `${at}  store full for ${seconds(fault.forMs)}`;
  }
}
