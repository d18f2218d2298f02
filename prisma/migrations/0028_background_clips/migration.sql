-- AlterEnum
ALTER TYPE "MaterialKind" ADD VALUE 'VIDEO';
