/** What a container runs on, in the words of an OCI image index. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** Such as `v7` of `linux/arm/v7`. */
  readonly variant?: string;
}

export const DEFAULT_PLATFORMS: readonly Platform[] = [{ os: "linux", architecture: "amd64" }];

const PLATFORM = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/i;

/** Reads the annotation `platforms`: `os/arch[/variant]`, with commas between. Undefined when it is none. */
export function parsePlatforms(text: string): readonly Platform[] | undefined {
  const matches = text.split(",").map((part) => PLATFORM.exec(part.trim()));
  const platforms = matches.flatMap((match) => {
    const [, os, architecture, variant] = match ?? [];
    if (os === undefined || architecture === undefined) return [];
    return [{ os, architecture, ...(variant === undefined ? {} : { variant }) }];
  });
  return platforms.length === matches.length ? platforms : undefined;
}

export function formatPlatforms(platforms: readonly Platform[]): string {
  return platforms.map(format).join(", ");
}

/** Whether it is one of those wanted: without a variant all variants are meant (Image Updater options.go, WantsPlatform). */
export function isWanted({ os, architecture, variant = "" }: Platform, wanted: readonly Platform[]): boolean {
  return wanted.some(
    (one) =>
      one.os === os &&
      one.architecture === architecture &&
      (one.variant === undefined || one.variant === "" || one.variant === variant),
  );
}

function format({ os, architecture, variant }: Platform): string {
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}
