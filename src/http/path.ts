import type { IncomingMessage } from "node:http";

/** The path that was asked for. Not by `URL`, which throws on what a client may well send, such as `//`. */
export const pathOf = (req: IncomingMessage): string => (req.url ?? "/").split("?", 1)[0] ?? "/";
