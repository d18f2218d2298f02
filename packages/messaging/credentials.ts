import { GoogleAuth } from "google-auth-library";

/**
 * Rejects when this process has no credentials for Google Cloud. Asked before its clients are made: they look for some on their own, and reject
 * where no caller waits.
 */
export async function assertCredentials(): Promise<void> {
  await new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloud-platform" }).getClient();
}
