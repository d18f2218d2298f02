import { Account } from "@reelay/contracts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { isOperator } from "../context.ts";

/** Rows hold what a worker once wrote: an account of another version reads as none. */
export const accountOf = (json: unknown): Account | null => Account.safeParse(json).data ?? null;

/** An attempt's account, by its id. The caller has seen that the attempt is the viewer's. */
export const loadAccount = createBatch<Account>(async (ctx, ids) => {
  const attempts = await ctx.db.attempt.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, account: true },
  });
  return new Map(
    attempts.flatMap(({ id, account: json }) => {
      const account = accountOf(json);
      return account ? [[id, account] as const] : [];
    }),
  );
});

interface Origin {
  account: Account;
  /** Null: of the whole attempt. */
  variant: string | null;
}

export const ProvenanceType = builder.objectRef<Origin>("Provenance").implement({
  description: "What an output was made by, so that it can be made again and its faults be traced.",
  fields: (t) => ({
    encoders: t.stringList({
      description:
        "ffmpeg's name of the encoder, its device if it has one, and the build that the stream names: `libx264, x264 core 164 r3095`.",
      resolve: ({ account, variant }) => {
        const { encoders } = account.provenance;
        const own = variant === null ? Object.values(encoders) : [encoders[variant]];
        return [...new Set(own.filter((name) => name !== undefined))];
      },
    }),
    ffmpegVersion: t.string({
      nullable: true,
      description: "As ffmpeg prints it. Null without the scope OPERATOR.",
      resolve: ({ account }, _args, ctx) => (isOperator(ctx) ? account.provenance.ffmpegVersion : null),
    }),
    device: t.string({
      description: "`cpu`, or what the encoder worked on.",
      resolve: ({ account }) => account.provenance.device,
    }),
    commands: t.stringList({
      nullable: true,
      description:
        "The exact command lines, ready to paste into a shell; paths and addresses in them are the worker's own. Null without the scope OPERATOR.",
      resolve: ({ account }, _args, ctx) =>
        isOperator(ctx) ? account.provenance.commands.map((command) => command.map(quote).join(" ")) : null,
    }),
    sourceHash: t.string({
      nullable: true,
      description:
        "Which bytes it was made from: `sha256:…`, or the store's own sum; null while that is not known.",
      resolve: ({ account }) => account.sourceHash,
    }),
  }),
});

const quote = (word: string): string =>
  /^[\w./:=+%@,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
