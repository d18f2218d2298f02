/** `npm run build:payload`: the plugin for Payload CMS and the packages that it needs, each in a `dist/` that a site can install. */
import path from "node:path";
import { buildPackage, buildPackages } from "./build-packages.ts";
import { installPayload, PAYLOAD_FOLDER } from "./install-payload.ts";

await installPayload();
await buildPackages();
await buildPackage(PAYLOAD_FOLDER, path.join(PAYLOAD_FOLDER, "dist"));
