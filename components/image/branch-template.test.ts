import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { TagChange } from "./branch-template.ts";
import { formatBranch, isBranchName, parseBranchTemplate } from "./branch-template.ts";

const API: TagChange = { image: "registry.example.com/my-org/api", alias: "app", from: "v1.0.0", to: "v1.1.0" };
const NGINX: TagChange = { image: "docker.io/library/nginx", from: undefined, to: "1.27" };
const DIGEST = `sha256:0123456789abcdef${"0".repeat(48)}`;

function format(text: string, changes: readonly TagChange[] = [API]): string {
  const template = parseBranchTemplate(text);
  if (typeof template === "string") throw new Error(template);
  return formatBranch(template, changes);
}

describe("a branch template", () => {
  it.each<[string, string, readonly TagChange[] | undefined]>([
    ["image-updates", "image-updates", undefined],
    ["x/{{range .Images}}{{.Name}}-{{.NewTag}}{{end}}", "x/my-org/api-v1.1.0", undefined],
    [
      "up{{ range  .Images }}-{{ .Alias }}-{{.OldTag}}-{{.NewTag}}{{ end }}",
      "up-app-v1.0.0-v1.1.0---1.27",
      [API, NGINX],
    ],
    ["{{range .Images}}{{.Name}}{{end}}", "nginx", [NGINX]],
    ["{{range .Images}}{{.NewTag}}{{end}}", "latest-0123456789ab", [{ ...API, to: `latest@${DIGEST}` }]],
    ["{{range .Images}}{{.NewTag}}{{end}}", "0123456789ab", [{ ...API, to: DIGEST }]],
    [
      "image-updater-{{.SHA256}}",
      // printf 'my-org/api-v1.0.0-v1.1.0,' | sha256sum
      "image-updater-86b412867dffad7211abb3fc523d8a58c076c472c06f7ad5854def29ba6428eb",
      undefined,
    ],
  ])("%s gives %s", (text, expected, changes) => {
    expect(format(text, changes)).toBe(expected);
  });

  it("gives the same changes the same branch, and others another one", () => {
    const sha = (...changes: readonly TagChange[]) => format("{{.SHA256}}", changes);
    expect(sha(API, NGINX)).toBe(sha({ ...API }, { ...NGINX }));
    expect(new Set([sha(API), sha(NGINX), sha(API, NGINX), sha({ ...API, to: "v1.1.1" })]).size).toBe(4);
  });

  it("is cut where Image Updater cuts it", () => {
    expect(format("{{range .Images}}{{.Name}}{{end}}", [{ ...API, image: `x.io/${"a".repeat(300)}` }])).toHaveLength(
      255,
    );
  });

  it.each([
    "{{.Sha256}}",
    "{{.AppName}}",
    "{{.Name}}",
    "{{end}}",
    "{{range .Images}}{{.Name}}",
    "{{range .Images}}{{.SHA256}}{{end}}",
    "{{range .Images}}{{range .Images}}{{end}}{{end}}",
    "{{range $i := .Images}}{{end}}",
    '{{range .Images}}{{.Name | printf "%s"}}{{end}}',
    "{{range .Images}}{{.constructor}}{{end}}",
    "{{- .SHA256 -}}",
    "{{if .Images}}x{{end}}",
    '{{printf "x"}}',
    "{{",
    "a}}",
    "{{.SHA256",
  ])("does not understand %s, and says what it would", (text) => {
    expect(parseBranchTemplate(text)).toMatch(
      /^expected a branch whose name may hold \{\{\.SHA256\}\} and .*, found "/,
    );
  });

  it("is understood or refused, whatever the text", () => {
    const parts = ["{{", "}}", ".SHA256", "range .Images", "end", ".Name", " ", "a", "\n", "-"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts)), (texts) => {
        const template = parseBranchTemplate(texts.join(""));
        if (typeof template !== "string") expect(formatBranch(template, [API])).not.toMatch(/\{\{|\}\}/);
      }),
    );
  });
});

describe("isBranchName", () => {
  it.each(["main", "feature/x", "a.b", "v1.0.0", "a@b"])("%s is one", (text) => {
    expect(isBranchName(text)).toBe(true);
  });

  it.each(["", "HEAD", "-d", "a..b", "a b", "/a", "a.lock", "a/", "a.", "refs@{1}", "a\nb", "x:y", "a".repeat(256)])(
    "%j is none",
    (text) => {
      expect(isBranchName(text)).toBe(false);
    },
  );
});
