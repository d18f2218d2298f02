/** The SQL for a change of the Prisma schema. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";

/**
 * The SQL that leads from one schema (the text of a `schema.prisma`; undefined: an empty database) to
 * another; undefined when the database would not differ. It needs no database.
 */
export async function diffSchemas(from: string | undefined, to: string): Promise<string | undefined> {
  using engine = await openSchemaEngine(createNoDatabase());
  const asTarget = (text: string) => ({
    tag: "schemaDatamodel" as const,
    files: [{ path: "schema.prisma", content: text }],
  });
  const { stdout } = await engine.diff({
    from: from === undefined ? { tag: "empty" } : asTarget(from),
    to: asTarget(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const sql = (stdout ?? "").trim();
  return sql === "" || sql === "-- This is an empty migration." ? undefined : `${sql}\n`;
}

/**
 * Replaces the database that the schema engine contacts before any work, including work that needs none. It
 * answers as an empty PostgreSQL 18 and refuses everything else.
 */
function createNoDatabase(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = () => Promise.reject(new Error("This task of the schema engine must not need a database."));
  const names = { provider: "postgres", adapterName: "no-database" } as const;
  return {
    ...names,
    connect: () =>
      Promise.resolve({
        ...names,
        queryRaw: () =>
          Promise.resolve({
            columnNames: ["exists", "version", "numeric_version"],
            columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
            rows: [[true, "PostgreSQL 18.0", 180_000]],
          }),
        executeRaw: refuse,
        executeScript: refuse,
        startTransaction: refuse,
        dispose: () => Promise.resolve(),
      }),
    connectToShadowDb: refuse,
  };
}

/*
 * Prisma's schema engine as WebAssembly, in this process: Prisma's command line would download a program for
 * it.
 */
type WasmExports = Record<string, unknown>;

/** The glue module's real exports. Its published types describe the inner module and lack these. */
interface EngineGlue {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WasmExports): void;
}

/**
 * The part of the global `WebAssembly` used here. TypeScript declares it only with the browser's other types.
 */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: WasmExports } }>;
};

let loading: Promise<EngineGlue> | undefined;

/** Opens an engine. The glue code holds one WebAssembly instance per process, created on first use. */
async function openSchemaEngine(adapters: SqlMigrationAwareDriverAdapterFactory): Promise<SchemaEngine> {
  loading ??= load();
  const { SchemaEngine } = await loading;
  const ignoreLog = () => {};
  return SchemaEngine.new(
    { datamodels: undefined },
    ignoreLog,
    bindMigrationAwareSqlAdapterFactory(adapters),
  );
}

async function load(): Promise<EngineGlue> {
  const glue = (await import("@prisma/schema-engine-wasm/schema_engine_bg")) as unknown as EngineGlue;
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  const file = path.join(path.dirname(entry), "schema_engine_bg.wasm");
  const imports = { "./schema_engine_bg.js": glue };
  const { instance } = await WebAssembly.instantiate(await readFile(file), imports);
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports["__wbindgen_start"] as () => void)();
  return glue;
}
