/** The API key in use. */

export { SessionGate, useSession } from "./session.tsx";
