/** Checks answers against the schemas of the published OpenAPI document. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Machine } from "../../compute-backend.ts";
import type { LaunchErrorCode } from "../../launch-error.ts";
import openapi from "./openapi.json" with { type: "json" };

const ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
ajv.addSchema(openapi, "openapi");

const compile = <Value>(name: string): ValidateFunction<Value> =>
  ajv.compile<Value>({ $ref: `openapi#/components/schemas/${name}` });

const isMachine = compile<Machine>("Machine");
const isPage = compile<{ machines: Machine[]; next: string | null }>("MachinePage");
const isProblem = compile<{ error: { code: LaunchErrorCode; message: string } }>("Problem");

/** The value, or what is wrong with it. */
type Checked<Value> = { value: Value } | { problem: string };

const check = <Value>(validate: ValidateFunction<Value>, value: unknown): Checked<Value> =>
  validate(value)
    ? { value }
    : { problem: ajv.errorsText(validate.errors, { dataVar: "answer" }).slice(0, 200) };

export const checkMachine = (value: unknown) => check(isMachine, value);
export const checkPage = (value: unknown) => check(isPage, value);
export const checkProblem = (value: unknown) => check(isProblem, value);
