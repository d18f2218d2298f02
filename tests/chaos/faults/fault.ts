/** What is done to the system, and when. Plain data: printed, and the same for the same seed. */
export type Fault =
  /** SIGKILL; started again after `downMs`. */
  | { kind: "kill"; part: string; downMs: number }
  /** SIGSTOP, SIGCONT after `forMs`. */
  | { kind: "freeze"; part: string; forMs: number }
  /** Every connection on the link is reset. */
  | { kind: "cut"; link: string }
  /** Everything on the link takes longer. */
  | { kind: "delay"; link: string; byMs: number; forMs: number }
  /** Nothing gets through and nobody is told; then it goes on, or the connections are reset. */
  | { kind: "half-open"; link: string; forMs: number; after: "goes on" | "reset" }
  /** No room is left in the store. */
  | { kind: "disk-full"; forMs: number };

export interface PlannedFault {
  /** Milliseconds from the beginning of the run. */
  atMs: number;
  fault: Fault;
}

/** Which thing it is done to; one thing suffers one fault at a time. */
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
      return `${at}  SIGKILL ${fault.part}, started again after ${seconds(fault.downMs)}`;
    case "freeze":
      return `${at}  SIGSTOP ${fault.part} for ${seconds(fault.forMs)}`;
    case "cut":
      return `${at}  reset every connection ${fault.link}`;
    case "delay":
      return `${at}  delay ${fault.link} by ${fault.byMs} ms for ${seconds(fault.forMs)}`;
    case "half-open":
      return `${at}  silence on ${fault.link} for ${seconds(fault.forMs)}, then it ${fault.after === "reset" ? "is reset" : "goes on"}`;
    default:
      return `${at}  store full for ${seconds(fault.forMs)}`;
  }
}
