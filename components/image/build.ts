/** What a tag stands for in the registry. */
export interface Build {
  /** Of the manifest or index; absent when the registry has it no more. */
  readonly digest?: string;
  /** As `parseBuildDate` gives it; absent when the image does not say. */
  readonly created?: string;
  /** Why the tag cannot be run, in words that continue a sentence beginning with the tag. */
  readonly refusal?: string;
}

/** By tag. */
export type Builds = ReadonlyMap<string, Build>;
