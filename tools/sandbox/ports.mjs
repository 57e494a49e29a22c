import { createServer } from "node:net";

// Below the range from which Linux takes ports for outgoing connections (32768 and up), so that nobody gets the port of a component that is stopped for a while.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 1_000;

/** One free port on 127.0.0.1 for each name. */
export async function choosePorts(names) {
  const ports = {};
  const taken = new Set();
  for (let attempt = 0; attempt < ATTEMPTS && taken.size < names.length; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (taken.has(port) || !(await isFree(port))) continue;
    ports[names[taken.size]] = port;
    taken.add(port);
  }
  if (taken.size < names.length) throw new Error(`no ${names.length} free ports between ${LOWEST} and ${HIGHEST}`);
  return ports;
}

export function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
