/** What receiving a file costs at least: its bytes into a file, and the disk waited for. */
import { createWriteStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const [, , directory = "."] = process.argv;
let files = 0;
const server = createServer((req, res) => {
  const file = createWriteStream(join(directory, String(files++)), { flush: true, highWaterMark: 2 ** 20 });
  pipeline(req, file).then(
    () => res.writeHead(201).end("{}"),
    () => res.destroy(),
  );
});
server.listen(0, "127.0.0.1", () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }),
);
process.once("disconnect", () => process.exit(0));
