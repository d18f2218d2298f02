/**
 * What Google's APIs accept and answer, as their own discovery documents describe it
 * (https://developers.google.com/discovery/v1/reference/apis). The documents are in Google's Go module for these
 * APIs, which the storage server for tests pins.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv, type ValidateFunction } from "ajv";

const run = promisify(execFile);

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  readOnly?: boolean;
}

interface Parameter {
  location: "path" | "query";
  type: string;
  required?: boolean;
}

interface Method {
  id: string;
  httpMethod: string;
  path: string;
  flatPath?: string;
  parameters?: Record<string, Parameter>;
  request?: Schema;
  response?: Schema;
}

interface Resource {
  methods?: Record<string, Method>;
  resources?: Record<string, Resource>;
}

interface Document extends Resource {
  servicePath: string;
  schemas: Record<string, Schema>;
  parameters: Record<string, Parameter>;
}

export interface Route {
  /** E.g. `run.projects.locations.jobs.create`. */
  id: string;
  httpMethod: string;
  path: RegExp;
  query: Readonly<Record<string, Parameter>>;
  /** Undefined: no body. */
  request: ValidateFunction | undefined;
  response: ValidateFunction;
}

/** Folders of the documents in the module, and the APIs' names. */
const documents = {
  run: "run/v2/run-api.json",
  batch: "batch/v1/batch-api.json",
  aiplatform: "aiplatform/v1/aiplatform-api.json",
  compute: "compute/v1/compute-api.json",
} as const;

export type Api = keyof typeof documents;

/** The methods with these ids. Schemas are closed: a field that is not described is refused. */
export async function readRoutes(api: Api, ids: ReadonlySet<string>): Promise<Route[]> {
  const document = JSON.parse(await readFile(join(await findModule(), documents[api]), "utf8")) as Document;
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false });
  for (const [side, isRequest] of [
    ["in", true],
    ["out", false],
  ] as const)
    for (const [name, schema] of Object.entries(document.schemas))
      ajv.addSchema(close(schema, side, isRequest), `${side}.${name}`);
  return [...methodsOf(document)]
    .filter(({ id }) => ids.has(id))
    .map((method) => {
      const { id, httpMethod, parameters = {}, request, response = {} } = method;
      const query = Object.entries({ ...document.parameters, ...parameters }).filter(
        ([, { location }]) => location === "query",
      );
      return {
        id,
        httpMethod,
        path: toPattern(document.servicePath + (method.flatPath ?? method.path)),
        query: Object.fromEntries(query),
        request: request && ajv.compile(close(request, "in", true)),
        response: ajv.compile(close(response, "out", false)),
      };
    });
}

let module: Promise<string> | undefined;
/** The module's folder; it is downloaded if it is not there. */
const findModule = (): Promise<string> =>
  (module ??= (async () => {
    const cwd = join(import.meta.dirname, "../fake-gcs");
    await run("go", ["mod", "download", "google.golang.org/api"], { cwd });
    const { stdout } = await run("go", ["list", "-m", "-f", "{{.Dir}}", "google.golang.org/api"], { cwd });
    return stdout.trim();
  })());

function* methodsOf({ methods = {}, resources = {} }: Resource): Generator<Method> {
  yield* Object.values(methods);
  for (const resource of Object.values(resources)) yield* methodsOf(resource);
}

/** `v2/projects/{projectsId}/jobs/{jobsId}:run` as a pattern with the names as groups. */
const toPattern = (path: string): RegExp =>
  new RegExp(`^/${path.replaceAll(/\{\+?(\w+)\}/g, "(?<$1>[^/:]+)")}$`);

const formats: Readonly<Record<string, object>> = {
  int64: { type: "string", pattern: "^-?\\d+$" },
  uint64: { type: "string", pattern: "^\\d+$" },
  "google-duration": { type: "string", pattern: "^-?\\d+(\\.\\d{1,9})?s$" },
};

/** A schema of a discovery document as JSON Schema. What Google writes itself no request may contain. */
function close(schema: Schema, side: string, isRequest: boolean): object {
  const { $ref, type, format = "", enum: values, items, properties, additionalProperties } = schema;
  const inner = (each: Schema) => close(each, side, isRequest);
  if ($ref !== undefined) return { $ref: `${side}.${$ref}` };
  if (type === "any" || type === undefined) return {};
  if (type === "array") return { type, items: inner(items ?? {}) };
  if (type === "object") {
    const known = Object.entries(properties ?? {}).filter(([, each]) => !(isRequest && each.readOnly));
    return {
      type,
      properties: Object.fromEntries(known.map(([name, each]) => [name, inner(each)])),
      additionalProperties: additionalProperties === undefined ? false : inner(additionalProperties),
    };
  }
  return { type, ...(type === "string" && formats[format]), ...(values && { enum: values }) };
}
