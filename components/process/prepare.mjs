// Loaded before everything else, in the program (Pulumi.yaml, `nodeargs`) and in the provider.
import { keepCompiledCode } from "./compile-cache.mjs";
import { deferSeldomUsed } from "./seldom-used.mjs";

keepCompiledCode();
deferSeldomUsed();
