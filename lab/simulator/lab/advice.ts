import type { SimLab } from "./lab.ts";

/** As the message of a failed step says: there is no common point by the one that was asked for. */
export const asksForLaterPoint = (failed: ReadonlyMap<string, string>): boolean =>
  [...failed.values()].some((says) => says.includes("point with --point"));

/**
 * A log that came after the disaster from a site that is dark by now is moved away, as the messages of failed steps say:
 * what is open can't be declared anew.
 */
export async function putAside(
  lab: SimLab,
  failed: ReadonlyMap<string, string>,
  told: string[],
): Promise<void> {
  for (const says of failed.values()) {
    const [, file, folder, host] =
      /(\S+\.trn) was backed up at .* past no return, move that file out of (\S+) on (\w+)/.exec(says) ?? [];
    const disk = host === undefined ? undefined : lab.host(host)?.disk;
    if (file === undefined || folder === undefined || !(await disk?.exists(`${folder}\\${file}`))) continue;
    told.push(`somebody moves ${file} out of ${folder}`);
    await disk?.makeFolder(`${folder}-aside`);
    await disk?.rename(`${folder}\\${file}`, `${folder}-aside\\${file}`);
  }
}
