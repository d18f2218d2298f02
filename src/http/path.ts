import type { IncomingMessage } from "node:http";

/** The path of the request. Avoids `URL`, which throws on paths that a client may send, such as `//`. */
export const pathOf = (req: IncomingMessage): string => (req.url ?? "/").split("?", 1)[0] ?? "/";
