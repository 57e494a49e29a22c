import type { Failure } from "../error.ts";
import type { ListedImage } from "./image-list.ts";

/** Where a value stands. */
export type Origin = Omit<Failure, "reason">;

export interface GivenValue {
  readonly value: string;
  readonly origin: Origin;
}

/** What an Application's annotations, or an ImageUpdater for it, say about its images. */
export interface Given {
  /** Whether it speaks about images at all. */
  readonly kind: "none" | "annotations" | "imageUpdater";
  readonly images: readonly ListedImage[];
  /** Where the images are listed. */
  readonly list: Origin;
  /** By the name of the annotation: `allow-tags`, or `<alias>.allow-tags` for one image. */
  readonly values: ReadonlyMap<string, GivenValue>;
  /** What is wrong, apart from the values. */
  readonly failures: readonly Failure[];
}
