/** Seconds of `6h`, `30m`, `1h30m`, `45s`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const found = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!found || text === "") return undefined;
  const [hours, minutes, seconds] = found.slice(1).map((n) => Number(n ?? 0));
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}
