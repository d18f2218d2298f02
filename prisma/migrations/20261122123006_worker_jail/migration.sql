-- CreateEnum
CREATE TYPE "JailLevel" AS ENUM ('NONE', 'LIMITED', 'FULL');

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "jail_level" "JailLevel",
ADD COLUMN     "jail_reason" TEXT;
