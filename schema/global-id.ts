export * from "../src/global-id.ts";
