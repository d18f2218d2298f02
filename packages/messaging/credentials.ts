import { GoogleAuth } from "google-auth-library";

/**
 * Rejects when this process has no Google Cloud credentials. Call it before creating the clients: they search
 * for credentials on their own and reject where no caller awaits.
 */
export async function assertCredentials(): Promise<void> {
  await new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloud-platform" }).getClient();
}
