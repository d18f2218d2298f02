import { ColumnTypeEnum, type SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";

/**
 * Stands for the database that the schema engine greets before any work, also before work that needs none: answers that
 * it is a PostgreSQL 18 with a schema, and refuses everything else.
 */
export function createNoDatabase(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = () => Promise.reject(new Error("This work of the schema engine was to need no database."));
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
