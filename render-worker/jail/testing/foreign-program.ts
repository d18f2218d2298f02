import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A tiny program that makes a 32-bit system call (`getpid` with `int 0x80`), whose numbers differ from the
 * filter's, and exits with 7. Null if the processor has no such calls.
 */
export async function foreignProgram(folder: string): Promise<string | null> {
  if (process.arch !== "x64") return null;
  const code = Buffer.from("b814000000cd80b83c000000bf070000000f05", "hex");
  const header = Buffer.alloc(120);
  const base = 0x400000;
  header.write("7f454c46020101", 0, "hex");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(base + 120), 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(BigInt(base), 80);
  header.writeBigUInt64LE(BigInt(base), 88);
  header.writeBigUInt64LE(BigInt(120 + code.length), 96);
  header.writeBigUInt64LE(BigInt(120 + code.length), 104);
  header.writeBigUInt64LE(4096n, 112);
  const path = join(folder, "foreign");
  await writeFile(path, Buffer.concat([header, code]));
  await chmod(path, 0o755);
  return path;
}
