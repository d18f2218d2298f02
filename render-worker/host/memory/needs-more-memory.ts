import { RenderError } from "../../errors.ts";

/** The task does not fit on this worker in any way. It moves to another worker without using a try. */
export class NeedsMoreMemoryError extends RenderError {
  /** Memory of a worker that would fit it. */
  readonly needsMemoryBytes: number;

  constructor(needsMemoryBytes: number, message: string) {
    super({ code: "NEEDS_MORE_MEMORY", message, scope: "WORKER", retriable: true });
    this.name = "NeedsMoreMemoryError";
    this.needsMemoryBytes = needsMemoryBytes;
  }
}
