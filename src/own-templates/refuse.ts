import { InvalidInputError } from "../errors/index.ts";

/** An input that cannot become a template. */
export const refuse = (code: string, field: string, problem: string): InvalidInputError =>
  new InvalidInputError(code, field, `${field}: ${problem}`);
