import "server-only";
import { createClient } from "@reelay/client";
import WebSocket from "ws";

const { REELAY_URL = "http://127.0.0.1:4000", REELAY_API_KEY } = process.env;

/** Has the API key, so it stays on the server: a build fails whose browser code imports this file. */
export const reelay = createClient({ url: REELAY_URL, apiKey: REELAY_API_KEY, webSocket: WebSocket });
