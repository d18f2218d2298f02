/** The API's refusal of a source. */
export class RefusedError extends Error {
  /** Problems of a template's data; none for other refusals. */
  readonly issues: readonly { path: string; message: string }[];
  constructor(message: string, issues: RefusedError["issues"] = []) {
    super(message);
    this.issues = issues;
  }
}
