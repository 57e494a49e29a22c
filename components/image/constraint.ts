export { parseConstraint } from "../version/constraint.ts";
export type { Constraint } from "../version/constraint.ts";
