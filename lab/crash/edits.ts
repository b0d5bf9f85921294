/** Where a point goes: what stands in a file, once, and what takes its place. */
type Edit = readonly [now: string, then: string];

/** The points of a step's life, in the product's own files. */
const edits: Readonly<Record<string, readonly Edit[]>> = {
  "/steps/runner.ts": [
    [
      "const { step, epoch, attempt } = envelope;",
      "const { step, epoch, attempt } = envelope; globalThis.labCrash.begin(step.id);",
    ],
    [
      "await write(ended.verdict, ended.says);",
      'await write(ended.verdict, ended.says); globalThis.labCrash.at("after verdict");',
    ],
  ],
  "/steps/check-act-check.ts": [
    [
      "if (before.there) return",
      'if (before.there) globalThis.labCrash.at("after check"); if (before.there) return',
    ],
    [
      "await bound.act(io);",
      'globalThis.labCrash.at("before act"); await globalThis.labCrash.inAct(() => bound.act(io)); globalThis.labCrash.at("after act");',
    ],
    [
      "if (after.there) return",
      'if (after.there) globalThis.labCrash.at("after check"); if (after.there) return',
    ],
    ["if (now.there) return", 'if (now.there) globalThis.labCrash.at("after check"); if (now.there) return'],
  ],
};

/**
 * The text of a file with the points in it, the same text for a file that has none. Throws where what a point is put
 * beside is not there once: then the product has changed, and a point would silently be none.
 */
export function withPoints(url: string, text: string): string {
  const file = Object.keys(edits).find((end) => url.endsWith(end));
  return (edits[file ?? ""] ?? []).reduce((changed, [now, then]) => {
    if (changed.split(now).length !== 2)
      throw new Error(
        `lab/crash puts a point at "${now}" in ${url}, and that is not there once: bring lab/crash/edits.ts up to date`,
      );
    return changed.replace(now, () => then);
  }, text);
}
