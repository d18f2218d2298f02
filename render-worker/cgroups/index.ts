/** The control groups that this process runs in. */
export { type CgroupDirectories, cgroupDirectories } from "./cgroup-directories.ts";
export { countOomKills, readOomKills } from "./oom-kills.ts";
export { readKernelFile } from "./read-kernel-file.ts";
