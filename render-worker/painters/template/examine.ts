import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { Renderer } from "@takumi-rs/core";
import { z } from "zod";
import { Fonts } from "./fonts.ts";

/** What the worker has prepared to be out of reach. */
const Request = z.object({
  target: z.object({ file: z.string(), port: z.number(), socket: z.string() }).nullable(),
});

/** Draws a picture with text, tries to leave the jail, and prints the result for the worker. */
export async function examine(version: string, request: string): Promise<void> {
  const { target } = Request.parse(JSON.parse(request));
  const renderer = new Renderer();
  const fonts = new Fonts(renderer, "en");
  await fonts.load("Reelay");
  const options = { width: 64, height: 64, format: "raw", fontFamilies: fonts.names } as const;
  const picture = await renderer.render({ type: "text", text: "Reelay", style: { color: "white" } }, options);
  if (!picture.some((byte) => byte > 0)) throw new Error("The picture shows no text.");
  const escapes: string[] = [];
  if (target !== null) {
    if (await succeeds(readFile(target.file))) escapes.push("read the worker's files");
    if (await succeeds(connect({ port: target.port, host: "127.0.0.1" })))
      escapes.push("open TCP connections");
    if (await succeeds(connect({ path: `\0${target.socket}` }))) escapes.push("connect to Unix sockets");
  }
  process.stdout.write(JSON.stringify({ version, texFailure: null, escapes }));
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

const connect = (to: { port: number; host: string } | { path: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(to, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
