import { defineKind, type Requirements, versionOnly } from "@reelay/contracts";
import { z } from "zod";

/** Returns a text. Shows what a kind consists of, without tools or media. */
export const echo = defineKind({
  name: "ECHO",
  produces: "ASSET",
  taskParams: versionOnly,
  params: z.object({ version: z.literal(1), text: z.string() }),
  result: z.object({ text: z.string().optional() }),
  requires: { runtime: "echo" },
});

export const echoNeeds: Requirements = { version: 1, ...echo.requires };
