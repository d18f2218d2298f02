-- AlterEnum
ALTER TYPE "ApiKeyScope" ADD VALUE 'OPERATOR';
