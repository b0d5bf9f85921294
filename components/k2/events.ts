/** An event of a Windows event log, as far as K2's health needs it. */
export interface LogEvent {
  readonly provider: string;
  /** As the log has it, UTC: `2026-11-22T03:10:00.1234567Z`. */
  readonly time: string;
  /** The texts of the event, without the message that Windows makes of them. */
  readonly texts: readonly string[];
}

/** The newest state changes of services, which the service control manager notes as event 7036. */
export const stateChangesCommand = `wevtutil.exe qe System "/q:*[System[Provider[@Name='Service Control Manager'] and EventID=7036]]" /c:200 /rd:true /f:xml`;

/** Critical events and errors of the log Application since a moment, newest first. */
export const errorsSinceCommand = (since: string): string =>
  `wevtutil.exe qe Application "/q:*[System[(Level=1 or Level=2) and TimeCreated[@SystemTime>='${since}']]]" /c:200 /rd:true /f:xml`;

/** Reads `wevtutil /f:xml`, which writes one Event element after the other. */
export const parseEvents = (output: string): readonly LogEvent[] =>
  [...output.matchAll(/<Event[ >][\s\S]*?<\/Event>/g)].flatMap(([xml]) => {
    const provider = /<Provider[^>]*?\sName=(['"])(.*?)\1/.exec(xml)?.[2];
    const time = /<TimeCreated\s+SystemTime=(['"])(.*?)\1/.exec(xml)?.[2];
    if (provider === undefined || time === undefined) return [];
    const texts = [...xml.matchAll(/<Data(?:\s[^>]*)?>([\s\S]*?)<\/Data>/g)].map(([, text]) =>
      plain(text ?? ""),
    );
    return [{ provider: plain(provider), time, texts }];
  });

/** When a service last changed its state, from events newest first: the start, while it runs. */
export const lastChange = (events: readonly LogEvent[], displayName: string): string | undefined =>
  events.find((e) => e.texts.some((text) => text.includes(displayName)))?.time;

/** K2's own errors: from its event sources, or about its process (crashes are written by .NET and by Windows). */
export const errorsOfK2 = (events: readonly LogEvent[], sources: readonly string[]): readonly LogEvent[] =>
  events.filter(
    ({ provider, texts }) =>
      sources.some((source) => provider.toLowerCase().startsWith(source.toLowerCase())) ||
      texts.some((text) => /K2HostServer/i.test(text)),
  );

/** An error of a K2 Host Server log. */
export interface LogLine {
  /** In the local time of the server: `2026-11-22 03:10:00`. */
  readonly time: string;
  readonly text: string;
}

/**
 * The errors in a Host Server log. Its lines are comma-separated: number, local time, level, category and more; a line
 * without a time belongs to the one before it.
 */
export const errorLines = (log: string): readonly LogLine[] =>
  log.split(/\r?\n/).flatMap((text) => {
    const time = /\b(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})/.exec(text);
    if (!time) return [];
    const rest = text.slice(time.index + time[0].length, time.index + time[0].length + 60);
    return /^[^A-Za-z]*(?:Error|Fatal)\b/i.test(rest)
      ? [{ time: `${time[1] ?? ""} ${time[2] ?? ""}`, text }]
      : [];
  });

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const plain = (xml: string): string =>
  xml.replaceAll(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (all, decimal?: string, hex?: string, name?: string) =>
      decimal !== undefined || hex !== undefined
        ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? "0", 16) : Number(decimal))
        : (entities[name ?? ""] ?? all),
  );
