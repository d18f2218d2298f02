-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "event_key" BYTEA NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- Written by hand: Prisma knows neither checks nor values. Two random UUIDs hold 244 random bits, of which the key is a hash.

ALTER TABLE "installation" ADD CONSTRAINT "installation_is_one_row" CHECK ("id" = 1);

INSERT INTO "installation" ("event_key")
VALUES (substring(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')) FROM 1 FOR 16));

ALTER TABLE "installation" ADD CONSTRAINT "installation_event_key_is_a_key" CHECK (octet_length("event_key") = 16);
