/** What the test tells the site. */
export const {
  PAYLOAD_SECRET = "of this site",
  DATABASE_URL = "file:./payload.db",
  REELAY_URL = "http://127.0.0.1:4000",
  REELAY_API_KEY = "missing",
  REELAY_WEBHOOK_SECRET,
  REELAY_WEBHOOK_URL,
} = process.env;
