import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TcpProxy } from "./tcp-proxy.ts";

let held: AsyncDisposableStack;
let proxy: TcpProxy;
beforeEach(async () => {
  held = new AsyncDisposableStack();
  const echo = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  held.defer(() => new Promise((resolve) => echo.close(() => resolve())));
  proxy = held.use(await TcpProxy.listen("client>echo", (echo.address() as AddressInfo).port));
});
afterEach(() => held.disposeAsync());

async function open(): Promise<Socket> {
  const socket = held.adopt(connect(proxy.port, "127.0.0.1"), (one) => {
    one.destroy();
  });
  socket.setEncoding("utf8");
  await once(socket, "connect");
  return socket;
}

const answer = async (socket: Socket): Promise<string> => ((await once(socket, "data")) as [string])[0];

test("data and the end of a connection pass through", async () => {
  const socket = await open();
  socket.write("hello");
  expect(await answer(socket)).toBe("hello");
  socket.end();
  await once(socket, "end");
});

test("a silent link neither answers nor ends, and delivers the data when it resumes", async () => {
  const socket = await open();
  proxy.set({ kind: "silent" });
  const beside = await open();
  const received: string[] = [];
  socket.on("data", (text: string) => received.push(text));
  socket.write("one ");
  beside.write("other");
  // A round trip past the proxy's own event loop shows that nothing arrived.
  await new Promise((resolve) => setImmediate(resolve));
  expect(received).toEqual([]);
  expect(socket.destroyed).toBe(false);
  socket.write("two");
  proxy.set({ kind: "open" });
  expect(await answer(beside)).toBe("other");
  while (received.join("") !== "one two") await once(socket, "data");
});

test("a cut resets open connections, and the next connection is accepted", async () => {
  const socket = await open();
  socket.write("hello");
  await answer(socket);
  proxy.cut();
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
  const next = await open();
  next.write("again");
  expect(await answer(next)).toBe("again");
});
