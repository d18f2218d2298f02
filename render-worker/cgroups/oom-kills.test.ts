import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../testing/kit.ts";
import { countOomKills } from "./oom-kills.ts";

async function killsOf(files: Record<string, string>) {
  await using directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory.path, name)), { recursive: true });
    await writeFile(join(directory.path, name), text);
  }
  return countOomKills(directory.path);
}

test("OOM kills are counted in the control group, its ancestors and the machine", async () => {
  const unified = {
    "proc/vmstat": "nr_free_pages 1\noom_kill 2\n",
    "proc/self/cgroup": "0::/pod/main\n",
    "proc/self/mountinfo": "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    "sys/fs/cgroup/pod/main/memory.events": "low 0\noom 1\noom_kill 1\noom_group_kill 7\n",
    "sys/fs/cgroup/pod/memory.events": "oom_kill 3\n",
  };
  expect(await killsOf(unified)).toBe(6);
  const versionOne = {
    "proc/self/cgroup": "4:memory:/a\n",
    "proc/self/mountinfo": "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
    "sys/fs/cgroup/memory/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n",
  };
  expect(await killsOf(versionOne)).toBe(4);
});

test("without a counter, the number of OOM kills is unknown", async () => {
  expect(await killsOf({})).toBeNull();
});
