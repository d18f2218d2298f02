/** The back end that docs/how-to/add-a-back-end.md prints, as a reader would add it. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { BackendKind } from "./compute-backend.ts";
import { startExampleEndpoint } from "./testing/example-endpoint.ts";

const root = resolve(import.meta.dirname, "../..");

test("the back end of the how-to starts one machine per name, lists it, stops it, and hides its key", async () => {
  const page = await readFile(join(root, "docs/how-to/add-a-back-end.md"), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  await mkdir(join(root, ".cache"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cache/add-a-back-end-"));
  await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  for (const file of ["ask-provider.ts", "compute-backend.ts", "launch-error.ts"])
    await symlink(join(import.meta.dirname, file), join(folder, file));
  const home = join(folder, "backends/acme");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "index.ts"), code);
  const { acme } = (await import(join(home, "index.ts"))) as { acme: BackendKind };

  await using server = await startExampleEndpoint({ program: "setInterval(() => {}, 1_000);\n" });
  const open = (key: string | undefined) =>
    acme.open(
      { url: server.url },
      { prefix: "docs-", secret: () => key ?? "", environment: {}, log: pino({ level: "silent" }) },
    );
  const signal = AbortSignal.timeout(60_000);
  const order = {
    name: "docs-1",
    environment: { WORKER_MODE: "drain", WORKER_JOIN_TOKEN: `rj_${"a".repeat(43)}` },
    ...{ secretVariables: ["WORKER_JOIN_TOKEN"], endsWithinSeconds: 300 },
  };
  await using backend = open(server.environment.COMPUTE_ENDPOINT_KEY);
  await backend.check(signal);
  const { ref } = await backend.launch(order, signal);
  expect(await backend.launch(order, signal)).toEqual({ ref });
  expect((await backend.list(signal, [])).map(({ name }) => name)).toEqual(["docs-1"]);
  await backend.stop({ name: "docs-1", ref }, signal);
  await backend.stop({ name: "docs-1", ref }, signal);
  await backend.stop({ name: "docs-2", ref: "none" }, signal);

  const wrong = "key-that-must-not-be-shown";
  const refused: unknown = await open(wrong)
    .launch(order, signal)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "CREDENTIALS", message: expect.not.stringContaining(wrong) });
  expect(() => acme.open({ url: server.url, colour: "blue" }, { prefix: "docs-" } as never)).toThrow(
    expect.objectContaining({ code: "INVALID_REQUEST" }),
  );
});
