import { RenderError } from "../../errors.ts";

/** The task does not fit on this worker, whatever is done about it: it goes to another, and that uses no try. */
export class NeedsMoreMemoryError extends RenderError {
  /** Memory of a worker on which it fits. */
  readonly needsMemoryBytes: number;

  constructor(needsMemoryBytes: number, message: string) {
    super({ code: "NEEDS_MORE_MEMORY", message, scope: "WORKER", retriable: true });
    this.name = "NeedsMoreMemoryError";
    this.needsMemoryBytes = needsMemoryBytes;
  }
}
