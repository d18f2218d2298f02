/** How long a task waits for a worker with a GPU unless it is said otherwise, in milliseconds. */
export const defaultGpuPatienceMs = 60_000;
