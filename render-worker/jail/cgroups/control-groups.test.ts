import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { removeLeftOver } from "./control-groups.ts";

/** Beyond the highest process id of Linux. */
const UNUSED_PID = 2 ** 22 + 1;

test("workers that start at the same time remove the groups of killed workers together", async () => {
  await using hierarchy = await temporaryDirectory();
  for (let index = 0; index < 50; index += 1)
    await mkdir(join(hierarchy.path, `reelay-1-${UNUSED_PID + index}`, "0"), { recursive: true });
  await Promise.all(Array.from({ length: 4 }, () => removeLeftOver(hierarchy.path, "reelay-1-")));
  expect(await readdir(hierarchy.path)).toEqual([]);
});
