import { CollectionCards as CollectionCards_f9c02e79a4aed9a3924487c0cd4cafb1 } from "@payloadcms/next/rsc";
import {
  CatchUpBar as CatchUpBar_63b09638a9b50a6869de3bbc1fe780c8,
  NoField as NoField_63b09638a9b50a6869de3bbc1fe780c8,
  PosterCell as PosterCell_63b09638a9b50a6869de3bbc1fe780c8,
  StatusCell as StatusCell_63b09638a9b50a6869de3bbc1fe780c8,
  VideoField as VideoField_63b09638a9b50a6869de3bbc1fe780c8,
} from "@reelay/payload/client";

/** @type import('payload').ImportMap */
export const importMap = {
  "@reelay/payload/client#VideoField": VideoField_63b09638a9b50a6869de3bbc1fe780c8,
  "@reelay/payload/client#PosterCell": PosterCell_63b09638a9b50a6869de3bbc1fe780c8,
  "@reelay/payload/client#NoField": NoField_63b09638a9b50a6869de3bbc1fe780c8,
  "@reelay/payload/client#StatusCell": StatusCell_63b09638a9b50a6869de3bbc1fe780c8,
  "@reelay/payload/client#CatchUpBar": CatchUpBar_63b09638a9b50a6869de3bbc1fe780c8,
  "@payloadcms/next/rsc#CollectionCards": CollectionCards_f9c02e79a4aed9a3924487c0cd4cafb1,
};
