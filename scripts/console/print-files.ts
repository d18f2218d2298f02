import type { BuiltFile } from "./build-console.ts";

export function printFiles(folder: string, files: readonly BuiltFile[]): void {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
  for (const { name, sizeBytes, gzipBytes } of files)
    console.log(`${kilobytes(sizeBytes)} ${kilobytes(gzipBytes)} gzip  ${folder}/${name}`);
}
