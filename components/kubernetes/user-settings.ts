import { isAbsolute } from "node:path";

import type { ExecPlugin } from "./exec-plugin.ts";
import { pathIn, readCertificates, readPem } from "./pem.ts";
import type { Section } from "./section.ts";

/** How a user proves who they are with each request. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "tokenFile"; readonly file: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "exec"; readonly plugin: ExecPlugin };

/** The `user` of a kubeconfig. */
export interface UserSettings {
  readonly credential: Credential;
  /** PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Header fields that ask the server to act as somebody else. */
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
}

/** Mistakes are noted at the section. */
export async function readUser(section: Section): Promise<UserSettings> {
  const cert = await readCertificates(section, "client-certificate");
  const key = await readPem(section, "client-key");
  if (cert !== undefined && key === undefined)
    section.fail("client-key", "expected a key beside the client-certificate, found none");
  const credential = readCredential(section);
  if (credential.kind === "none" && cert === undefined) noteMissing(section);
  return { credential, impersonation: readImpersonation(section), ...(cert && key && { certificate: { cert, key } }) };
}

/** The file of a token wins over the token itself, and both over other ways, as in client-go. */
function readCredential(section: Section): Credential {
  const file = section.text("tokenFile");
  if (file !== undefined && file !== "") return { kind: "tokenFile", file: pathIn(section, file) };
  const token = section.text("token");
  if (token !== undefined && token !== "") return { kind: "token", token };
  const username = section.text("username");
  if (username !== undefined && username !== "")
    return { kind: "basic", username, password: section.text("password") ?? "" };
  const exec = section.section("exec");
  return exec === undefined ? { kind: "none" } : { kind: "exec", plugin: readPlugin(exec) };
}

function noteMissing(section: Section): void {
  const known = ["tokenFile", "token", "username", "exec", "client-certificate", "client-certificate-data"];
  // What is there and wrong has been noted already.
  if (section.keys().some((key) => known.includes(key))) return;
  if (section.keys().includes("auth-provider"))
    section.fail("auth-provider", "expected exec instead: auth-provider is not supported");
  else section.fail("", "expected token, tokenFile, client-certificate, username or exec, found none");
}

const EXEC_VERSIONS: readonly string[] = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

function readPlugin(exec: Section): ExecPlugin {
  const apiVersion = exec.text("apiVersion") ?? "";
  if (!EXEC_VERSIONS.includes(apiVersion))
    exec.fail("apiVersion", `expected ${EXEC_VERSIONS.join(" or ")}, found ${apiVersion || "none"}`);
  const command = exec.text("command") ?? "";
  if (command === "") exec.fail("command", "expected the name of a program, found none");
  if (exec.text("interactiveMode") === "Always")
    exec.fail("interactiveMode", "expected Never or IfAvailable: nobody can answer here, found Always");
  const env = exec.sections("env").map((entry) => [entry.text("name") ?? "", entry.text("value") ?? ""] as const);
  return {
    apiVersion,
    // As in client-go: a path is relative to the kubeconfig, a bare name is looked up in PATH.
    command: command.includes("/") && !isAbsolute(command) ? pathIn(exec, command) : command,
    args: exec.texts("args"),
    env: Object.fromEntries(env),
    provideClusterInfo: exec.flag("provideClusterInfo"),
  };
}

/** Source: Kubernetes, "Authenticating", user impersonation. */
function readImpersonation(section: Section): Record<string, string | readonly string[]> {
  const user = section.text("as");
  const uid = section.text("as-uid");
  const groups = section.texts("as-groups");
  const extra = section.section("as-user-extra");
  if (user === undefined && (uid !== undefined || groups.length > 0 || extra !== undefined))
    section.fail("as", "expected the name of a user beside as-uid, as-groups or as-user-extra, found none");
  const extras = (extra?.keys() ?? []).map(
    (key) => [`Impersonate-Extra-${encodeURIComponent(key)}`, extra?.texts(key) ?? []] as const,
  );
  return {
    ...(user !== undefined && { "Impersonate-User": user }),
    ...(uid !== undefined && { "Impersonate-Uid": uid }),
    ...(groups.length > 0 && { "Impersonate-Group": groups }),
    ...Object.fromEntries(extras),
  };
}
