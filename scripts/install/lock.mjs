/** One install at a time per clone: `npm start` and `npm test` may be typed in two terminals at once. */
import fs from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const HEARTBEAT_MS = 1_000;
/** A lock that was not touched for so long has lost its owner. */
const STALE_MS = 10_000;
const POLL_MS = 200;

/** Calls `work` while holding the lock `file`; `onWait` is called once when another process holds it. */
export async function withLock(file, work, onWait = () => {}) {
  let waited = false;
  while (!tryLock(file)) {
    if (!waited) onWait();
    waited = true;
    await delay(POLL_MS);
  }
  const heartbeat = setInterval(() => {
    try {
      fs.utimesSync(file, new Date(), new Date());
    } catch {
      // The folder may be gone by now; so is the lock then.
    }
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    fs.rmSync(file, { force: true });
  }
}

function tryLock(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    if (Date.now() - fs.statSync(file).mtimeMs > STALE_MS) {
      // Moved rather than removed: of several that find it stale, one succeeds.
      fs.renameSync(file, `${file}.${process.pid}`);
      fs.rmSync(`${file}.${process.pid}`, { force: true });
    }
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  return false;
}
