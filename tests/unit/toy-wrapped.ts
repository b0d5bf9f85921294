import type { Bound, Io, RunModule, Runs } from "../../steps/act.ts";

/** The same code, whose verbs do what the change makes of them once their arguments are bound. */
export const withVerbs = (runs: Runs, change: (bound: Bound, verb: string, args: unknown) => Bound): Runs =>
  Object.fromEntries(
    Object.entries(runs).map(([kind, load]) => [
      kind,
      async () => {
        const module = await load();
        return {
          ...module,
          runnables: module.runnables.map((runnable) => ({
            ...runnable,
            bind: (args: unknown) => change(runnable.bind(args), runnable.name, args),
          })),
        };
      },
    ]),
  );

/** The same code, whose acts are done within another: it is given what the act does. */
export const withActs = (runs: Runs, within: (act: () => Promise<void>, io: Io) => Promise<void>): Runs =>
  withVerbs(runs, (bound) => {
    const { act } = bound;
    return act ? { ...bound, act: (io) => within(() => act(io), io) } : bound;
  });

/** Code that cannot look at anything. */
export const blind = (runs: Runs): Runs =>
  withVerbs(runs, (bound) => ({
    ...bound,
    check: () => Promise.reject(new Error("P gives no access")),
  }));

/** The same code, whose data shows these signs. */
export const withSigns = (runs: Runs, signs: NonNullable<RunModule["signs"]>): Runs => ({
  ...runs,
  "toy-data": async () => ({
    ...(await (runs["toy-data"]?.() ?? Promise.reject(new Error("no toys")))),
    signs,
  }),
});
