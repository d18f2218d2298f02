/** True while `next build` renders pages: what it starts is over with it. */
export const isBuild = (): boolean => process.env["NEXT_PHASE"] === "phase-production-build";
