import { ColumnTypeEnum, type SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";

/**
 * Replaces the database that the schema engine contacts before any work, including work that needs none. It
 * answers as an empty PostgreSQL 18 and refuses everything else.
 */
export function createNoDatabase(): SqlMigrationAwareDriverAdapterFactory {
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
