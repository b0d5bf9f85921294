import type { Context } from "./context.ts";
import type { V } from "./types.ts";

/** SERVERPROPERTY's properties that are int; the others are text. */
export const intProperties = new Set([
  "ENGINEEDITION",
  "ISCLUSTERED",
  "ISHADRENABLED",
  "ISINTEGRATEDSECURITYONLY",
  "ISSINGLEUSER",
  "ISFULLTEXTINSTALLED",
  "HADRMANAGERSTATUS",
  "PROCESSID",
  "ISLOCALDB",
  "LCID",
  "FILESTREAMCONFIGUREDLEVEL",
]);
/** SERVERPROPERTY. */
export function serverProperty({ instance }: Context, property: string): V {
  const { major, minor, build } = instance.version;
  const values: Readonly<Record<string, V>> = {
    SERVERNAME: instance.serverName,
    MACHINENAME: instance.identity.name,
    COMPUTERNAMEPHYSICALNETBIOS: instance.identity.name,
    INSTANCENAME: null,
    PRODUCTVERSION: `${major}.${minor}.${build}.1`,
    PRODUCTMAJORVERSION: String(major),
    PRODUCTMINORVERSION: String(minor),
    PRODUCTBUILD: String(build),
    PRODUCTLEVEL: "RTM",
    PRODUCTUPDATELEVEL: null,
    EDITION: instance.edition,
    EDITIONID: null,
    ENGINEEDITION: instance.edition.startsWith("Express")
      ? 4
      : instance.edition.startsWith("Standard")
        ? 2
        : 3,
    ISCLUSTERED: 0,
    ISHADRENABLED: 0,
    HADRMANAGERSTATUS: 2,
    ISINTEGRATEDSECURITYONLY: 0,
    ISSINGLEUSER: 0,
    ISFULLTEXTINSTALLED: 0,
    ISLOCALDB: 0,
    PROCESSID: 4000,
    LCID: 1033,
    FILESTREAMCONFIGUREDLEVEL: 0,
    COLLATION: instance.collation,
    INSTANCEDEFAULTDATAPATH: instance.folders.data,
    INSTANCEDEFAULTLOGPATH: instance.folders.log,
    INSTANCEDEFAULTBACKUPPATH: instance.folders.backup,
    RESOURCEVERSION: `${major}.00.${build}`,
    BUILDCLRVERSION: "v4.0.30319",
  };
  const value = values[property.toUpperCase()] ?? null;
  return property.toUpperCase() === "INSTANCEDEFAULTBACKUPPATH" && major < 15 ? null : value;
}
