import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../manifest/object.ts";
import { createBoard } from "./board.ts";

function service(name: string, resourceVersion = "1"): Manifest {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "qa", resourceVersion } };
}

function boardWith(...objects: readonly Manifest[]) {
  const heard: (string | undefined)[] = [];
  let idle = 0;
  const board = createBoard(() => idle++);
  board.replace(objects);
  const follow = (name: string) =>
    board.follow(`Service qa/${name}`, (object) => heard.push(object?.metadata.resourceVersion));
  return { board, heard, follow, idle: () => idle };
}

describe("the board of live objects", () => {
  it("tells a new follower at once what is known", () => {
    const { follow, heard } = boardWith(service("web", "7"));
    follow("web");
    expect(heard).toEqual(["7"]);
  });

  it("tells every change of the followed object, and of no other", () => {
    const { board, follow, heard } = boardWith();
    follow("web");
    board.put(service("web", "8"));
    board.put(service("other", "9"));
    board.remove(service("web"));
    expect(heard).toEqual(["8", undefined]);
  });

  it("takes an object that a new list does not have for gone", () => {
    const { board, follow, heard } = boardWith(service("web"));
    follow("web");
    board.replace([service("other")]);
    expect(heard).toEqual(["1", undefined]);
  });

  it("is idle when the last follower has stopped, not before", () => {
    const { follow, idle } = boardWith();
    const [first, second] = [follow("web"), follow("other")];
    first();
    expect(idle()).toBe(0);
    second();
    expect(idle()).toBe(1);
  });
});
