"use server";
import { refresh } from "next/cache";
import { reelay } from "./reelay";

/**
 * The browser gets the address of one upload, of just this size. Who may have one is for your own session to
 * say: ask it here.
 */
export async function createUpload(filename: string, sizeBytes: number) {
  const result = await reelay.createVideo({ title: filename, source: { upload: { filename, sizeBytes } } });
  refresh();
  return result.ok ? { id: result.video.id, target: result.video.upload } : { problem: result.error.message };
}
