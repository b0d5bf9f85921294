import { risk, stops, type Finding } from "../../../../model/finding.ts";

/** A file of a database. */
export interface FileSize {
  readonly database: string;
  /** 0 data, 1 log. */
  readonly type: number;
  readonly path: string;
  readonly mb: number;
}

/** What must stay free beside what databases need: logs that arrive, files that grow. MB. */
const reserveMb = 1024;

const driveOf = (path: string): string | undefined => /^([A-Za-z]):/.exec(path)?.[1]?.toUpperCase();

/** What is asked of the disks of a standby. */
export interface SpaceAsked {
  readonly part: string;
  readonly host: string;
  readonly source: readonly FileSize[];
  readonly standby: readonly FileSize[];
  /** Where files of a database go that is not there yet. */
  readonly defaults: { readonly data: string; readonly log: string };
  /** Folder that logs and full backups are copied to. */
  readonly copyTo: string;
  /** Folder of the first full backup after a move. */
  readonly backupFolder: string;
  /** Free MB by drive letter. */
  readonly free: ReadonlyMap<string, number>;
}

/**
 * Whether the databases as they are at the source have room at the standby. What is there counts with its own size: a
 * restore grows a file to the size it has at the source. Places without a drive letter (shares) are not judged.
 */
export function spaceFindings(a: SpaceAsked): readonly Finding[] {
  const need = new Map<string, number>();
  const first = new Map<string, number>();
  const add = (to: Map<string, number>, path: string, mb: number): void => {
    const drive = driveOf(path);
    if (drive !== undefined) to.set(drive, (to.get(drive) ?? 0) + mb);
  };
  const sum = (files: readonly FileSize[]): number => files.reduce((all, f) => all + f.mb, 0);
  const names = [...new Set(a.source.map((f) => f.database.toLowerCase()))];
  for (const name of names)
    for (const type of [0, 1]) {
      const of = (files: readonly FileSize[]): readonly FileSize[] =>
        files.filter((f) => f.database.toLowerCase() === name && f.type === type);
      const there = of(a.standby);
      const more = sum(of(a.source)) - sum(there);
      add(need, there[0]?.path ?? (type === 0 ? a.defaults.data : a.defaults.log), Math.max(0, more));
    }
  add(need, a.copyTo, 0);
  add(first, a.backupFolder, sum(a.source.filter((f) => f.type === 0)));
  return [...new Set([...need.keys(), ...first.keys()])].sort().flatMap((drive): readonly Finding[] => {
    const free = a.free.get(drive);
    if (free === undefined)
      return [
        stops(
          a.host,
          `it has no drive ${drive}:, which files of ${a.part} need`,
          "look at the folders of this part in the estate, and at the disks of that server",
          `drive:${a.host}/${drive}`,
        ),
      ];
    const grows = need.get(drive) ?? 0;
    const backup = first.get(drive) ?? 0;
    const has = `drive ${drive}: of ${a.host} has ${mb(free)} free`;
    if (free < grows + (need.has(drive) ? reserveMb : 0))
      return [
        stops(
          a.host,
          `${has}, and the databases of ${a.part} need ${mb(grows)} more there than they have, and ${mb(reserveMb)} for logs that arrive`,
          "make room, or enlarge the disk",
          `disk:${a.host}/${drive}`,
        ),
      ];
    return free < grows + backup
      ? [
          risk(
            a.host,
            `${has}: the first full backup after a move may need ${mb(backup)} there`,
            "make room, or enlarge the disk",
            `disk:${a.host}/${drive}`,
          ),
        ]
      : [];
  });
}

const mb = (n: number): string =>
  n >= 10_240 ? `${String(Math.round(n / 1024))} GB` : `${String(Math.ceil(n))} MB`;
