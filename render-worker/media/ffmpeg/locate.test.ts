import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Jail } from "../../jail/jail.ts";
import { createNoJail } from "../../jail/no-jail.ts";
import { locateFfmpeg } from "./locate.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reelay-locate-"));
  for (const name of ["ffmpeg", "ffprobe"]) {
    await writeFile(join(folder, name), `#!/bin/sh\necho ${name} version 7.1 Copyright\n`);
    await chmod(join(folder, name), 0o755);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A jail that starts nothing. */
const refusing: Jail = {
  ...createNoJail(),
  wrap: (request) =>
    createNoJail().wrap({
      ...request,
      path: "/bin/sh",
      args: ["-c", "echo 'jail: limit 6: Operation not permitted' >&2; exit 126"],
    }),
};

test("the first ffmpeg on the path that runs is used", async () => {
  const { ffmpeg } = await locateFfmpeg({ path: `/nowhere:${folder}` });
  expect(ffmpeg).toEqual({ path: join(folder, "ffmpeg"), version: "7.1", origin: "system" });
});

test("an ffmpeg that exists but does not run is reported with the reason, not as missing", async () => {
  const located = locateFfmpeg({ path: folder }, refusing);
  // Both programs are looked for at the same time, and the first failure is reported.
  await expect(located).rejects.toThrow(
    /\/ff(mpeg|probe) does not run \(jail: limit 6: Operation not permitted\)/,
  );
  await expect(located).rejects.not.toThrow("was found");
});
