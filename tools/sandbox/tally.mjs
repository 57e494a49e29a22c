/** Counts what a server is asked for and tells it at `path`: `{"GET info/refs": 3}`. */
export function createTally() {
  const counts = {};
  return {
    path: "/requests",
    count: (what) => (counts[what] = (counts[what] ?? 0) + 1),
    tell: (response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(counts)),
  };
}
