import type { OfferedVoice } from "@reelay/contracts";
import { readVoices } from "../../src/workers/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";

const Voice = builder.objectRef<OfferedVoice>("Voice").implement({
  description: "A voice that speaks the texts of videos.",
  fields: (t) => ({
    name: t.exposeString("id", { description: "For `VoiceInput.name`, e.g. `slt`." }),
    title: t.exposeString("name", { description: "For people, e.g. `Slt, female, US English`." }),
    language: t.exposeString("language", { description: "BCP 47, e.g. `en-US`." }),
    engine: t.exposeString("engine", { description: "What speaks, e.g. `flite`." }),
  }),
});

builder.queryField("voices", (t) =>
  t.field({
    type: [Voice],
    description:
      "The voices of the workers that are online; the default of each language comes first. Empty if no worker is online, or if a service has too many to list.",
    args: {
      language: t.arg.string({ description: "BCP 47, e.g. `en` or `en-GB`. Default: all languages." }),
    },
    resolve: async (_root, { language }, ctx) => {
      viewerWith(ctx, "READ");
      const { voices } = await readVoices(ctx.db, ctx.clock());
      return voices.filter((voice) => speaks(voice.language, language ?? null));
    },
  }),
);

/** Whether a voice speaks the language, in the region if one is given. */
const speaks = (own: string, wanted: string | null): boolean =>
  wanted === null ||
  own.toLowerCase() === wanted.toLowerCase() ||
  own.toLowerCase().startsWith(`${wanted.toLowerCase()}-`);
