/** Public names of parallel-standby. Importing this creates nothing and reads nothing. */
export { alias, type AliasArgs } from "./components/alias/index.ts";
export { k2, type K2Args } from "./components/k2/index.ts";
export { logShipping, type LogShippingArgs } from "./components/sql/log-shipping/index.ts";
export { manualStep, type ManualArgs } from "./components/manual/index.ts";
export { defineEstate, site } from "./model/estate.ts";
export type {
  Declared,
  DeclaredData,
  Estate,
  Server,
  ServerArgs,
  Site,
  SiteArgs,
  Some,
} from "./model/estate.ts";
export type { GuardInput, WitnessInput } from "./model/guard.ts";
export type { ObserverInput } from "./model/observer.ts";
export { secret, type SecretRef } from "./model/secret.ts";
export type { SiteId } from "./model/site.ts";
