import type { Mode } from "../model/part.ts";
import type { PointRequest } from "../model/point.ts";
import type { SiteId } from "../model/site.ts";
import { durationText } from "../model/time.ts";

/** What stands in a printed command where its reader has to write. Typed as it stands, `declare` refuses it. */
export const placeholders = {
  as: "YOUR-NAME",
  disasterAt: "TIME",
  incident: "INCIDENT",
  waiveFence: "how you know",
} as const;

/** A `declare` command to print. Texts are as they are typed: a placeholder, or what somebody typed before. */
export interface DeclareText {
  readonly to: SiteId;
  readonly mode: Mode;
  readonly as: string;
  readonly disasterAt?: string | undefined;
  readonly acceptLossSec?: number | undefined;
  readonly incident?: string | undefined;
  readonly point?: PointRequest | undefined;
  readonly waiveFence?: string | undefined;
}

/** The command as the shell of that platform takes it. */
export function declareCommand(t: DeclareText, platform: NodeJS.Platform): string {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name} ${quotedFor(platform, value)}`];
  return [
    `parallel-standby declare --to ${t.to} --mode ${t.mode}`,
    ...option("disaster-at", t.disasterAt),
    ...option("accept-loss", t.acceptLossSec === undefined ? undefined : durationText(t.acceptLossSec)),
    ...option("incident", t.incident),
    ...option("as", t.as),
    ...option("point", t.point && pointOption(t.point)),
    ...option("waive-fence", t.waiveFence),
  ].join(" ");
}

const pointOption = (point: PointRequest): string =>
  "latest" in point
    ? "latest"
    : "at" in point
      ? point.at
      : `-${durationText(Math.round(60 * point.minutesBefore))}`;

/** Words of people hold blanks, quotes and dollar signs: in single quotes neither shell looks into them. */
function quotedFor(platform: NodeJS.Platform, text: string): string {
  if (/^[\w.:+-]+$/.test(text)) return text;
  if (/^[\w .,:+-]+$/.test(text)) return `"${text}"`;
  return platform === "win32" ? `'${text.replaceAll("'", "''")}'` : `'${text.replaceAll("'", `'\\''`)}'`;
}
