// Loaded with `NODE_OPTIONS=--import=…` into a process of ours: SIGUSR2 makes it throw where nothing can
// catch it.
process.on("SIGUSR2", () => setImmediate(() => JSON.parse("Thrown by a test.")));
