/** `TEMPLATE_INVALID` and `TEMPLATE_TOO_COSTLY` are the author's fault, the others the data's. */
export type TemplateErrorCode = "TEMPLATE_INVALID" | "TEMPLATE_TOO_COSTLY" | "DATA_INVALID" | "TEXT_TOO_LONG";

/** A problem of a template or its data. The message says what is expected, what came, and what to do. */
export interface TemplateIssue {
  code: TemplateErrorCode;
  /** JSON pointer into the data, e.g. `/questions/3/options`, or a file of the template. Null: neither. */
  path: string | null;
  message: string;
}

export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly issues: readonly TemplateIssue[];

  constructor(...issues: readonly [TemplateIssue, ...TemplateIssue[]]) {
    super(issues[0].message);
    this.issues = issues;
  }
}

export const invalidTemplate = (path: string, message: string): TemplateError =>
  new TemplateError({ code: "TEMPLATE_INVALID", path, message: `${path}: ${message}` });

export const tooCostly = (path: string, message: string): TemplateError =>
  new TemplateError({ code: "TEMPLATE_TOO_COSTLY", path, message: `${path}: ${message}` });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
