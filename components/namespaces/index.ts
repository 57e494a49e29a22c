export { createAccess } from "./access.ts";
export { createNamespaces } from "./namespaces.ts";
export { createProvider } from "./provider.ts";
