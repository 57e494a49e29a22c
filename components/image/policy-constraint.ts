import { causeOf } from "../error.ts";
import { parseConstraint } from "./constraint.ts";
import { isTag } from "./reference.ts";
import type { Strategy } from "./strategy.ts";

/** What is wrong with the constraint of an image, if anything. What it means depends on the strategy. */
export function checkConstraint(image: string, text: string | undefined, strategy: Strategy): string | undefined {
  if (strategy === "digest") return checkTagToFollow(image, text);
  if (strategy !== "semver" || text === undefined) return undefined;
  try {
    parseConstraint(text);
    return undefined;
  } catch (error) {
    return causeOf(error);
  }
}

function checkTagToFollow(image: string, text: string | undefined): string | undefined {
  if (text !== undefined && isTag(text)) return undefined;
  const found = text === undefined ? "nothing" : JSON.stringify(text);
  return `expected the tag that the strategy digest is to follow, as in ${image}:latest, found ${found}`;
}
