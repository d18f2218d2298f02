import { type FieldMergeFunction, type FieldPolicy, InMemoryCache, type StoreObject } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { possibleTypes } from "./documents.ts";

/** A list that grows page by page. */
const pages = (keyArgs: string[]) => relayStylePagination(keyArgs) as FieldPolicy;

/** Of a list that only grows at its end, and whose entries have no id. */
const mergeByPlace: FieldMergeFunction<StoreObject[]> = (existing = [], incoming, { mergeObjects }) =>
  incoming.map((entry, index) => mergeObjects(existing[index] ?? {}, entry));

/** The normalised cache: what a subscription tells of a video shows wherever that video is shown. */
export const createCache = () =>
  new InMemoryCache({
    possibleTypes,
    typePolicies: {
      Query: {
        fields: {
          videos: pages(["filter", "orderBy"]),
          jobs: pages(["filter"]),
          apiKeys: pages([]),
        },
      },
      // Parts of their owner that have no id: several documents ask for different fields of them.
      Source: { merge: true },
      SourceProbe: { merge: true },
      Playback: { merge: true },
      Failure: { merge: true },
      Upload: { merge: true },
      Poster: { merge: true },
      Preview: { merge: true },
      Download: { merge: true },
      Queue: { merge: true },
      // A list asks for less of its attempts than the one delivery that is open: neither may take away what
      // the other has.
      WebhookDelivery: { fields: { attempts: { merge: mergeByPlace } } },
      WebhookRequest: { merge: true },
      WebhookResponse: { merge: true },
      // Reached by their names.
      Profile: { keyFields: ["name"] },
    },
  });
