/** Checks of scripts, from the mutation to the painter and back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesWith } from "../../render-worker/jail/testing/processes-with.ts";
import { findInstalledPainter } from "../../render-worker/testing/painter.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { startPainter } from "./start-painter.ts";
import { startWorkerProcess } from "./worker-process.ts";

const installed = await findInstalledPainter();

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

const FIELDS = `id status waitReason error { code } scenes { name line } scene animations durationMs
  issues { severity code message line column traceback } estimate { cpuSeconds basis }`;

/** Its result, also if the worker has not announced itself yet, or is slow. */
const check = (script: string) =>
  eventually(
    async () => {
      const one = await request(script);
      return one.status !== "PENDING" && one;
    },
    "the script is checked",
    { timeoutMs: 90_000 },
  );

async function request(script: string, { waitMs = 30_000, seed = 0 } = {}) {
  const { data } = await system.client.ask(
    `mutation ($input: CheckSourceInput!) { checkSource(input: $input) { __typename ... on SourceCheck { ${FIELDS} } } }`,
    { input: { source: { manim: { script, quality: "LOW", seed } }, waitMs } },
  );
  expect(data.checkSource.__typename).toBe("SourceCheck");
  const { __typename: _, ...made } = data.checkSource;
  return waitMs === 0 || made.status !== "PENDING" ? made : await ended(made.id);
}

const read = async (id: string) => {
  const { data } = await system.client.ask(`query ($id: ID!) { sourceCheck(id: $id) { ${FIELDS} } }`, { id });
  return data.sourceCheck;
};

/** However long a busy machine takes. */
const ended = (id: string) =>
  eventually(
    async () => {
      const seen = await read(id);
      return seen.status !== "PENDING" && seen;
    },
    "the check has ended",
    { timeoutMs: 240_000 },
  );

const scene = (body: string): string =>
  `class GenScene(Scene):\n    def construct(self):\n${body.trim().replaceAll(/^\s*/gm, "        ")}\n`;

const scriptLimits = { cpuSeconds: 5, memoryBytes: 4 * 1024 ** 3, silenceMs: 60_000 };

test.skipIf(installed === null)(
  "scripts are counted, and their problems have a place; an equal script needs no worker",
  async () => {
    const worker = await startPainter(system, { script: scriptLimits });
    await using _stopped = worker;
    const good = scene("self.play(Create(Circle()))\nself.wait(2)");
    const first = await check(good);
    expect(first).toMatchObject({
      status: "SUCCEEDED",
      scenes: [{ name: "GenScene", line: 1 }],
      ...{ scene: "GenScene", animations: 2, durationMs: 3_000, issues: [] },
      estimate: { basis: "DEFAULT" },
    });
    const [syntax, ambiguous, unavailable, raised, endless] = await Promise.all([
      check("class A(Scene)\n    pass\n"),
      check("class A(Scene): pass\nclass B(Scene): pass\n"),
      check("import socket\nimport pandas\nclass A(Scene): pass\n"),
      check(scene("self.wait()\nself.play(Create(Cricle()))")),
      check(scene("while True: pass")),
    ]);
    expect(syntax.issues).toMatchObject([{ severity: "ERROR", code: "SCRIPT_SYNTAX", line: 1, column: 15 }]);
    expect(ambiguous).toMatchObject({
      scenes: [
        { name: "A", line: 1 },
        { name: "B", line: 2 },
      ],
      scene: null,
      issues: [{ code: "SCENE_AMBIGUOUS" }],
    });
    expect(unavailable.issues).toMatchObject([
      { code: "IMPORT_UNAVAILABLE", line: 2, message: expect.stringContaining('"pandas"') },
      { severity: "WARNING", code: "NETWORK_UNAVAILABLE", line: 1, column: 1 },
    ]);
    expect(raised).toMatchObject({
      scene: "GenScene",
      animations: null,
      issues: [{ code: "SCRIPT_FAILED", line: 4, traceback: expect.stringContaining("Create(Cricle())") }],
    });
    expect(endless).toMatchObject({
      status: "SUCCEEDED",
      issues: [{ severity: "WARNING", code: "CHECK_TIME" }],
    });
    await worker[Symbol.asyncDispose]();
    expect(await check(good)).toEqual(first);
  },
);

test("the check of a killed worker is answered by the next one", async () => {
  await using killed = startWorkerProcess(system, "killed");
  const script = JSON.stringify([{ waitMs: 8_000 }, { step: "Wait" }]);
  const seed = 93_117;
  await eventually(
    async () => (await system.db.worker.count({ where: { id: "killed" } })) === 1,
    "it is online",
  );
  const { id } = await request(script, { waitMs: 0, seed });
  await eventually(async () => expect(await processesWith(`"seed":${seed}`)).not.toEqual([]), "it checks");
  await killed.kill();
  await using _next = await system.startWorker({ workerId: "next" });
  expect(await ended(id)).toMatchObject({ status: "SUCCEEDED", animations: 1 });
});
