import type { RunFile } from "./run-file.ts";

/** The summary that `npm start` prints when the system is ready. */
export function describeAddresses(run: RunFile, dataDirectory: string): string {
  const origin = new URL(run.graphql).origin;
  return `
Reelay is ready.

  Console       ${origin}/#key=${run.apiKey}
                (signs you in; anyone with this URL has the key)
  GraphQL       ${run.graphql}   (in a browser: GraphiQL; subscriptions by WebSocket at the same address)
  API key       ${run.apiKey}
                send it as the header "Authorization: Bearer <key>"
  Watch a video ${origin}/watch/<id of the video>
                (on pages of yours: docs/tutorials/getting-started.md)
  Data          ${dataDirectory}   (log: reelay.log, for scripts: run.json)

  Render a file:      npm start -- FILE…       (here, or in another terminal)
  Add a worker:       npm run worker           (in another terminal)
  Stop:               Ctrl-C
`;
}
