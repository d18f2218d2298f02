import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { readLimits } from "./read-limits.ts";

const gib = 1024 ** 3;
const machine = { totalBytes: 16 * gib, availableBytes: 12 * gib, cpus: 8 };

async function limitsOf(files: Record<string, string>) {
  await using directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return await readLimits({ root: directory.path, machine });
}

const v2 = {
  "proc/self/mountinfo":
    "25 20 0:22 / /sys rw - sysfs sysfs rw\n30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
};
const v1Mount = (controller: string, root: string) =>
  `40 25 0:32 ${root} /sys/fs/cgroup/${controller} rw,relatime - cgroup cgroup rw,${controller}\n`;

test("without a control group, the machine's memory and CPUs are the limit", async () => {
  expect(await limitsOf({})).toEqual({
    memoryBytes: 16 * gib,
    memoryFrom: "machine",
    usedBytes: 4 * gib,
    cpus: 8,
    machineCpus: 8,
  });
});

test("in a cgroup v2 container, the container's own limits and usage apply", async () => {
  const limits = await limitsOf({
    ...v2,
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.max": `${2 * gib}\n`,
    "sys/fs/cgroup/memory.high": "max\n",
    "sys/fs/cgroup/memory.stat": "anon 1000\nfile 999999\nshmem 24\nkernel_stack 100\n",
    "sys/fs/cgroup/cpu.max": "150000 100000\n",
  });
  expect(limits).toEqual({
    memoryBytes: 2 * gib,
    memoryFrom: "cgroup",
    usedBytes: 1124,
    cpus: 1.5,
    machineCpus: 8,
  });
});

test("among nested groups, the tightest limit applies at any level", async () => {
  const limits = await limitsOf({
    ...v2,
    "proc/self/cgroup": "0::/kube/pod/main\n",
    "sys/fs/cgroup/kube/pod/main/memory.max": "max\n",
    "sys/fs/cgroup/kube/pod/main/cpu.max": "max 100000\n",
    "sys/fs/cgroup/kube/pod/memory.max": `${3 * gib}\n`,
    "sys/fs/cgroup/kube/pod/memory.stat": "anon 77\n",
    "sys/fs/cgroup/kube/pod/cpu.max": "400000 100000\n",
    "sys/fs/cgroup/kube/memory.max": `${6 * gib}\n`,
    "sys/fs/cgroup/kube/cpu.max": "600000 100000\n",
  });
  expect(limits).toEqual({
    memoryBytes: 3 * gib,
    memoryFrom: "cgroup",
    usedBytes: 77,
    cpus: 4,
    machineCpus: 8,
  });
});

test("a cgroup v2 soft limit (memory.high), which throttles the group, counts as a limit", async () => {
  const limits = await limitsOf({
    ...v2,
    "proc/self/cgroup": "0::/service\n",
    "sys/fs/cgroup/service/memory.max": `${4 * gib}\n`,
    "sys/fs/cgroup/service/memory.high": `${3 * gib}\n`,
  });
  expect(limits.memoryBytes).toBe(3 * gib);
});

test("a cgroup v1 container that sees the host's path but only its own group uses that group's limits", async () => {
  const limits = await limitsOf({
    "proc/self/cgroup": "9:memory:/docker/4711\n3:cpu,cpuacct:/docker/4711\n0::/\n",
    "proc/self/mountinfo": v1Mount("memory", "/docker/4711") + v1Mount("cpu,cpuacct", "/docker/4711"),
    "sys/fs/cgroup/memory/memory.limit_in_bytes": `${gib}\n`,
    "sys/fs/cgroup/memory/memory.stat": "rss 5\ntotal_rss 500\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
  });
  expect(limits).toEqual({
    memoryBytes: gib,
    memoryFrom: "cgroup",
    usedBytes: 500,
    cpus: 0.5,
    machineCpus: 8,
  });
});

test("a cgroup v1 group on the machine itself, without any limit", async () => {
  const limits = await limitsOf({
    "proc/self/cgroup": "4:memory:/a/b\n1:cpu:/\n0::/\n",
    "proc/self/mountinfo": `${v1Mount("memory", "/") + v1Mount("cpu", "/")}41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
  });
  expect(limits).toMatchObject({ memoryBytes: 16 * gib, memoryFrom: "machine", cpus: 8 });
});

test("a group outside the mounted hierarchy counts as the mounted group", async () => {
  const limits = await limitsOf({
    ...v2,
    "proc/self/cgroup": "0::/../../elsewhere\n",
    "sys/fs/cgroup/memory.max": `${gib}\n`,
  });
  expect(limits.memoryBytes).toBe(gib);
});

test("this machine reports memory and CPUs", async () => {
  const limits = await readLimits();
  expect(limits.memoryBytes).toBeGreaterThan(100e6);
  expect(limits.usedBytes).toBeLessThan(limits.memoryBytes);
  expect(limits.cpus).toBeGreaterThan(0);
});
