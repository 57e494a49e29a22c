import { jest } from "@jest/globals";

// Real programs do real work; a test that hangs is ended by the limits of what it waits for.
jest.setTimeout(600_000);
