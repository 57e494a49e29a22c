/** One member of a tar archive; the type is that of a file unless told. */
export interface Member {
  readonly path: string;
  readonly type?: string;
  readonly content?: string;
  /** The upper folders of a ustar path. */
  readonly prefix?: string;
}

/** A tar archive, for tests of what real programs would never write. */
export function tarOf(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(blocksOf), Buffer.alloc(1024)]);
}

function blocksOf({ path, type = "0", content = "", prefix = "" }: Member): readonly Buffer[] {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return [header, body];
}
