import { Account } from "@reelay/contracts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { isOperator } from "../context.ts";

/** Rows hold what a worker wrote at the time. An account of an unknown version counts as none. */
export const accountOf = (json: unknown): Account | null => Account.safeParse(json).data ?? null;

/** Loads attempts' accounts by id. The caller has checked that the viewer may see the attempt. */
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
  /** Null: the whole attempt. */
  variant: string | null;
}

export const ProvenanceType = builder.objectRef<Origin>("Provenance").implement({
  description: "The programs and commands that made an output, to reproduce it or trace a fault.",
  fields: (t) => ({
    encoders: t.stringList({
      description:
        "ffmpeg's name of the encoder, its device if any, and the build that the stream names: `libx264, x264 core 164 r3095`.",
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
      description: "`cpu`, or the device of the encoder.",
      resolve: ({ account }) => account.provenance.device,
    }),
    commands: t.stringList({
      nullable: true,
      description:
        "The exact command lines, ready to paste into a shell. Paths and addresses are the worker's own. Null without the scope OPERATOR.",
      resolve: ({ account }, _args, ctx) =>
        isOperator(ctx) ? account.provenance.commands.map((command) => command.map(quote).join(" ")) : null,
    }),
    sourceHash: t.string({
      nullable: true,
      description: "Hash of the source: `sha256:…`, or the store's own checksum. Null if unknown.",
      resolve: ({ account }) => account.sourceHash,
    }),
  }),
});

const quote = (word: string): string =>
  /^[\w./:=+%@,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
