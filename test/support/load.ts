import { request } from "node:https";

import type { Sandbox } from "./sandbox.ts";

/** Lets the pods of a namespace whose names begin with `prefix` use this percentage of the CPU they request. */
export function setLoad({ env }: Sandbox, namespace: string, prefix: string, percentage: number): Promise<void> {
  const url = `${env["SANDBOX_METRICS_URL"] ?? ""}/load/${namespace}/${prefix}`;
  return new Promise((resolve, reject) => {
    // Its certificate is made in memory and vouched for by nobody.
    const put = request(url, { method: "PUT", rejectUnauthorized: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) response.once("end", () => resolve());
      else reject(new Error(`PUT ${url}: ${String(response.statusCode)}`));
    });
    put.once("error", reject);
    put.end(String(percentage));
  });
}
