import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";

export const Workspace = builder.prismaNode("Workspace", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, AND: { id: workspaceOf(ctx) } }),
  description: "What everything belongs to; nothing of another can be seen.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "For people." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
  }),
});
