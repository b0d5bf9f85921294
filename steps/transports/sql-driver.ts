import { createRequire } from "node:module";

/** The first tedious that refuses a server without encryption where encryption is asked for. */
const refusesSince = [20, 3, 7] as const;

/** The version of tedious, the driver below mssql, as mssql itself finds it. */
export function driverVersion(): string {
  const fromMssql = createRequire(createRequire(import.meta.url).resolve("mssql"));
  const { version } = fromMssql("tedious/package.json") as { readonly version: string };
  return version;
}

/**
 * Why a driver must not be used where a connection is to be encrypted; undefined where it may. Before 20.3.7, tedious
 * sends the password and all else in plain text to a server that offers no encryption, or to whoever claims so between
 * the two (tedious 20.3.0 and 20.3.7, connection.js, sendPreLogin). mssql takes the older ones as well, and npm gives
 * it one where something else in the owner's project asks for it.
 */
export function whyPlainText(version: string): string | undefined {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  const at = refusesSince.findIndex((part, i) => part !== parts[i]);
  if (at === -1 || (parts[at] ?? 0) > (refusesSince[at] ?? 0)) return undefined;
  return `was not asked: mssql finds tedious ${version}, which goes on in plain text where a server offers no encryption. Look who asks for it with "npm ls tedious", and install tedious ${refusesSince.join(".")} or newer.`;
}
