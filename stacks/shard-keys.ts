import type { Shard } from "../components/application/shard.ts";
import type { Decoder } from "./decode.ts";
import { integer, memberOf, record, refuse } from "./decode.ts";

/** More would mean more Leases to take for a run that excludes all of them. */
const MOST_SHARDS = 64;

const SHARD = record<Shard>({
  index: integer(1, MOST_SHARDS),
  count: integer(1, MOST_SHARDS),
  before: integer(1, MOST_SHARDS),
});

/** `gitops:shard`; an empty map is none. */
export const decodeShard: Decoder<Shard> = (value, place) => {
  const mistakes = place.failures.length;
  const { index, count, before } = SHARD(value, place) ?? {};
  if (place.failures.length > mistakes || (index ?? count ?? before) === undefined) return undefined;
  if (index === undefined) refuse(memberOf(place, "index"), "the number of this shard, from 1 on", undefined);
  if (count === undefined) refuse(memberOf(place, "count"), "the number of all shards", undefined);
  if (index === undefined || count === undefined) return undefined;
  if (index > count) {
    refuse(memberOf(place, "index"), `at most the count, ${count}`, index);
    return undefined;
  }
  return before === undefined ? { index, count } : { index, count, before };
};
