/**
 * Numbers and lists that pages quote, compared with the code. Add a line here when a page quotes another one.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { isInputObjectType, isNamedType } from "graphql";
import { expect, test } from "vitest";
import { schema } from "../schema/index.ts";
import { limits } from "../src/http/limits.ts";
import { answerLimits } from "../src/overload/answer-limits.ts";
import { defaultOverloadLimits as our } from "../src/overload/limits.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
/** Without the line breaks and the padding of tables, which formatting moves. */
const prose = (page: string) => read(page).replaceAll(/\s+/g, " ");

/** A constant that its file keeps to itself, by its name in any spelling (`leaseMs`, `LEASE_MS`). */
function constantOf(file: string, name: string): number {
  const spelling = name.replaceAll(/([A-Z])/g, "_?$1");
  const [, digits] = new RegExp(`\\b${spelling}\\s*[=:]\\s*([\\d_]+)`, "i").exec(read(file)) ?? [];
  if (digits === undefined) throw new Error(`${file} has no number named ${name}.`);
  return Number(digits.replaceAll("_", ""));
}

const count = (value: number) => value.toLocaleString("en-US");
const seconds = (ms: number) => `${ms / 1000} s`;
const mebibytes = (bytes: number) => `${bytes / 1_048_576} MiB`;
const OVERLOAD = "docs/explanation/overload.md";

test.each<[page: string, quoted: string]>([
  [OVERLOAD, `Connections without a request | ${count(our.waitingConnections)} |`],
  [OVERLOAD, `Headers of a request | ${seconds(our.headersMs)} |`],
  [
    OVERLOAD,
    `${count(our.bodies)}; ${count(our.bodiesPerAddress)} per address; ${mebibytes(our.bodyBytes)} together`,
  ],
  [OVERLOAD, `Time for a body | ${seconds(our.bodyMs)} |`],
  [OVERLOAD, `HTTP requests, once received | ${count(our.requests)} |`],
  [OVERLOAD, `Media requests | ${count(our.media)} |`],
  [OVERLOAD, `Uploads and forms in transit | ${count(our.uploads)} |`],
  [OVERLOAD, `REST requests for a video | ${count(our.renders)} |`],
  [OVERLOAD, `\`UPLOAD_LEAST_PACE\` over ${seconds(our.paceWindowMs)} |`],
  [OVERLOAD, `has read nothing for ${seconds(our.stalledReaderMs)}`],
  [OVERLOAD, `Uploads being received | ${count(constantOf("src/uploads/tus-uploads.ts", "maxRunning"))} |`],
  [OVERLOAD, `Forms being received | ${count(constantOf("src/cms/form-upload.ts", "maxRunning"))} |`],
  [OVERLOAD, `Running operations | ${our.operations},`],
  [OVERLOAD, `Waiting operations | ${count(our.waitingOperations)}, for ${seconds(our.waitMs)} |`],
  [OVERLOAD, `Cost of an operation | ${count(limits.cost)},`],
  [OVERLOAD, `${count(answerLimits.nodes)} list entries with ${count(answerLimits.fields)} fields`],
  [OVERLOAD, `Time of a query | ${seconds(our.queryMs)} |`],
  [
    OVERLOAD,
    `Pending checks of sources | ${constantOf("src/source-checks/limits.ts", "maxPending")} per workspace |`,
  ],
  [
    OVERLOAD,
    `Requests that await a check | ${constantOf("src/source-checks/check-waits.ts", "maxWaiting")} |`,
  ],
  [OVERLOAD, `Server-sent streams | ${count(our.streams)} |`],
  [OVERLOAD, `WebSockets | ${count(our.sockets)} |`],
  [OVERLOAD, `Operations of a socket | ${our.operationsPerSocket} |`],
  [OVERLOAD, `Unsent bytes of a socket | ${mebibytes(our.bufferedBytes)} |`],
  [
    OVERLOAD,
    `the newest of each of the last ${constantOf("src/progress/latest-channel.ts", "mostWaiting")} steps |`,
  ],
  [
    "docs/reference/protocol.md",
    `the newest state of each of the last ${constantOf("src/progress/latest-channel.ts", "mostWaiting")} steps`,
  ],
  [OVERLOAD, `Connections to Postgres | ${constantOf("src/database/database.ts", "defaultPoolSize")}, and`],
  [OVERLOAD, `Cached API keys | ${count(constantOf("src/auth/authenticate.ts", "cacheSize"))} |`],
  [OVERLOAD, `Reports being applied | ${constantOf("src/projector/index.ts", "maxInFlight")}; for live`],
  [
    OVERLOAD,
    `for live progress ${count(constantOf("src/progress/create-live-progress.ts", "maxInFlight"))} |`,
  ],
  [
    OVERLOAD,
    `${constantOf("src/webhooks/deliver.ts", "perEndpoint")} per endpoint, ${constantOf("src/webhooks/deliver.ts", "maxInFlight")} in all |`,
  ],
  [OVERLOAD, `Events for webhooks | ${constantOf("src/webhooks/fan-out.ts", "pageSize")} at a time |`],
  [
    "docs/explanation/architecture.md",
    `attempts whose lease (${seconds(constantOf("src/jobs/lease.ts", "leaseMs"))}) has expired`,
  ],
  [
    "docs/reference/protocol.md",
    `depth ${limits.depth}, cost ${count(limits.cost)}, ${limits.aliases} aliases, ${limits.directives} directives, ${count(limits.tokens)} tokens`,
  ],
])("%s matches the code: %s", (page, quoted) => {
  expect(prose(page)).toContain(quoted);
});

test("the protocol lists exactly the mutations that accept an idempotency key", () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const accepting = fields.filter(({ args }) =>
    args.some(({ name, type }) => {
      const input = isNamedType(type) ? type : type.ofType;
      return name === "idempotencyKey" || (isInputObjectType(input) && "idempotencyKey" in input.getFields());
    }),
  );
  const [, list = ""] =
    /accept an `idempotencyKey` of 1 to 200 characters. They are (.*?)\. The key/.exec(
      prose("docs/reference/protocol.md"),
    ) ?? [];
  const listed = Array.from(list.matchAll(/`(\w+)`/g), ([, name]) => name);
  expect(listed).toEqual(accepting.map(({ name }) => name).sort());
});

test("the protocol lists the codes of all expected failures and refused documents", () => {
  const sources = globSync("{src,schema}/**/*.ts", { cwd: root }).filter((file) => !file.includes("test"));
  const codes = sources.flatMap((file) =>
    Array.from(read(file).matchAll(/(?:Error|refuse)\(\s*"([A-Z]+_[A-Z_]+)"/g), ([, code = ""]) => code),
  );
  const protocol = read("docs/reference/protocol.md");
  expect(codes).toContain("NOTHING_TO_CANCEL");
  expect(codes.filter((code) => !protocol.includes(`\`${code}\``))).toEqual([]);
});
