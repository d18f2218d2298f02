/** `node seed.ts`: makes the database's tables and its first user, who may do everything. */
import { getPayload } from "payload";
import config from "./payload.config.ts";

const [email = "editor@example.com", password = "secret"] = process.argv.slice(2);
const payload = await getPayload({ config });
await payload.create({ collection: "users", data: { email, password } });
process.exit();
