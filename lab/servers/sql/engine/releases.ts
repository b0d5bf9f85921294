/** SQL Server releases that the stand-in can be. */
export const releases = {
  "2012": { major: 11, minor: 0, build: 7001, databaseVersion: 706, compatibility: 110 },
  "2014": { major: 12, minor: 0, build: 6024, databaseVersion: 782, compatibility: 120 },
  "2016": { major: 13, minor: 0, build: 6300, databaseVersion: 852, compatibility: 130 },
  "2017": { major: 14, minor: 0, build: 3456, databaseVersion: 869, compatibility: 140 },
  "2019": { major: 15, minor: 0, build: 4385, databaseVersion: 904, compatibility: 150 },
  "2022": { major: 16, minor: 0, build: 4236, databaseVersion: 957, compatibility: 160 },
} as const;
export type Release = keyof typeof releases;

/** An option of sp_configure. */
export interface ConfigurationOption {
  readonly id: number;
  readonly minimum: number;
  readonly maximum: number;
  value: number;
  inUse: number;
  readonly isAdvanced: boolean;
}

/** The options that matter to an operator, at their defaults. */
export function standardConfiguration(): Map<string, ConfigurationOption> {
  const rows: readonly (readonly [string, number, number, number, number, boolean])[] = [
    ["allow updates", 102, 0, 1, 0, false],
    ["recovery interval (min)", 101, 0, 32767, 0, true],
    ["user connections", 103, 0, 32767, 0, true],
    ["nested triggers", 115, 0, 1, 1, false],
    ["remote access", 117, 0, 1, 1, false],
    ["default language", 124, 0, 9999, 0, false],
    ["show advanced options", 518, 0, 1, 0, false],
    ["cost threshold for parallelism", 1538, 0, 32767, 5, true],
    ["max degree of parallelism", 1539, 0, 32767, 0, true],
    ["min server memory (MB)", 1543, 0, 2147483647, 0, true],
    ["max server memory (MB)", 1544, 128, 2147483647, 2147483647, true],
    ["backup compression default", 1579, 0, 1, 0, false],
    ["backup checksum default", 1584, 0, 1, 0, false],
    ["remote admin connections", 1576, 0, 1, 0, false],
    ["clr enabled", 1562, 0, 1, 0, false],
    ["contained database authentication", 16393, 0, 1, 0, false],
    ["Agent XPs", 16384, 0, 1, 1, true],
    ["Database Mail XPs", 16386, 0, 1, 0, true],
    ["Ole Automation Procedures", 16388, 0, 1, 0, true],
    ["xp_cmdshell", 16390, 0, 1, 0, true],
    ["Ad Hoc Distributed Queries", 16391, 0, 1, 0, true],
    ["optimize for ad hoc workloads", 1581, 0, 1, 0, true],
  ];
  return new Map(
    rows.map(([name, id, minimum, maximum, value, isAdvanced]) => [
      name,
      { id, minimum, maximum, value, inUse: value, isAdvanced },
    ]),
  );
}
