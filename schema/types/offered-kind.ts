import type { OfferedKind } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { JailLevel } from "./enums.ts";

export const OfferedKindType = builder.objectRef<OfferedKind>("OfferedKind").implement({
  description: "A kind of task that a worker runs.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name of the kind, e.g. `ANIMATION`." }),
    runtime: t.exposeString("runtime", { description: "The program that it runs on, e.g. `manim`." }),
    version: t.exposeString("version", { description: "The runtime's version." }),
    tools: t.stringList({
      description:
        "Further programs that its tasks may need, e.g. `tex`. A script that needs TeX goes to a worker that offers it.",
      resolve: ({ tools = [] }) => tools,
    }),
    jailLevel: t.field({
      type: JailLevel,
      nullable: true,
      description:
        "Isolation of its programs. Scripts have a trial of their own at the worker's start, so it may be weaker than the level of `jailLevel`. Null: an older worker, which does not report it.",
      resolve: ({ jail }) => jail?.level ?? null,
    }),
    jailReason: t.string({
      nullable: true,
      description: "Why the level is not `FULL`.",
      resolve: ({ jail }) => jail?.reason ?? null,
    }),
  }),
});
