import fc from "fast-check";

/** A system of an estate that schedules are played on. */
export interface SystemShape {
  /**
   * `k2` has licences, keys and a database of its own at the standby; only the first system is one. `service` is a
   * Windows service with databases.
   */
  readonly kind: "k2" | "service";
  /** 1 to 3. */
  readonly databases: number;
  /** Whether it has servers of its own. Others stand on those of the first system. */
  readonly alone: boolean;
  readonly names: readonly ("dependency" | "client")[];
  /** Whether its services start after those of the system before it. */
  readonly after: boolean;
  readonly optional: readonly ("health" | "smoke-test")[];
  /** What somebody has to approve. */
  readonly approve: readonly ("open" | "clients")[];
  /** Whether its move has a step that people do. */
  readonly manual: boolean;
}

/** An estate that schedules are played on. */
export interface Shape {
  readonly systems: readonly [SystemShape, ...SystemShape[]];
  readonly guard: boolean;
}

const plainSystem: SystemShape = {
  kind: "k2",
  databases: 2,
  alone: false,
  names: ["dependency", "client"],
  after: false,
  optional: [],
  approve: [],
  manual: false,
};

/** A K2 with two databases and both names: the estate of schedules that say nothing else. */
export const plainShape: Shape = { systems: [plainSystem], guard: false };

/** A service with one database: as little as can be moved. */
export const smallShape: Shape = {
  systems: [{ ...plainSystem, kind: "service", databases: 1, names: [] }],
  guard: false,
};

const system = (first: boolean): fc.Arbitrary<SystemShape> =>
  fc.record({
    kind: first ? fc.constantFrom("k2" as const, "service" as const) : fc.constant("service" as const),
    databases: fc.integer({ min: 1, max: 3 }),
    alone: first ? fc.constant(false) : fc.boolean(),
    names: fc.subarray(["dependency", "client"] as const),
    after: first ? fc.constant(false) : fc.boolean(),
    optional: fc.subarray(["health", "smoke-test"] as const),
    approve: fc.subarray(["open", "clients"] as const),
    manual: fc.boolean(),
  });

/** Any estate of one to three systems. */
export const shapes: fc.Arbitrary<Shape> = fc.record({
  systems: fc
    .tuple(system(true), fc.array(system(false), { maxLength: 2 }))
    .map(([first, others]): Shape["systems"] => [first, ...others]),
  guard: fc.boolean(),
});

/** Estates that are a little less than that one, the smallest first. */
export function smallerThan({ systems, guard }: Shape): readonly Shape[] {
  const [first, ...others] = systems;
  const with1 = (one: SystemShape, at: number): Shape => {
    const [head = first, ...tail] = systems.map((s, i) => (i === at ? one : s));
    return { guard, systems: [head, ...tail] };
  };
  const less = (s: SystemShape): readonly SystemShape[] => [
    ...(s.kind === "k2" ? [{ ...s, kind: "service" as const }] : []),
    ...(s.databases > 1 ? [{ ...s, databases: s.databases - 1 }] : []),
    ...s.names.map((name) => ({ ...s, names: s.names.filter((n) => n !== name) })),
    ...s.optional.map((o) => ({ ...s, optional: s.optional.filter((p) => p !== o) })),
    ...s.approve.map((a) => ({ ...s, approve: s.approve.filter((b) => b !== a) })),
    ...(s.manual ? [{ ...s, manual: false }] : []),
    ...(s.after ? [{ ...s, after: false }] : []),
    ...(s.alone ? [{ ...s, alone: false }] : []),
  ];
  return [
    ...others.map((_, gone): Shape => ({ guard, systems: [first, ...others.filter((_o, i) => i !== gone)] })),
    ...(guard ? [{ guard: false, systems }] : []),
    ...systems.flatMap((s, at) => less(s).map((one) => with1(one, at))),
  ];
}

/** A shape in words, for people. */
export const shapeText = ({ systems, guard }: Shape): string =>
  [
    ...systems.map((s, i) =>
      [
        s.kind === "k2" ? "a K2" : "a service",
        `with ${String(s.databases)} database${s.databases === 1 ? "" : "s"}`,
        ...(s.names.length > 0 ? [`names: ${s.names.join(" and ")}`] : []),
        ...(i > 0 ? [s.alone ? "on servers of its own" : "on the same servers"] : []),
        ...(s.after ? ["after the one before"] : []),
        ...(s.optional.length > 0 ? [`optional: ${s.optional.join(" and ")}`] : []),
        ...(s.approve.length > 0 ? [`approved: ${s.approve.join(" and ")}`] : []),
        ...(s.manual ? ["a step by hand"] : []),
      ].join(", "),
    ),
    ...(guard ? ["guarded"] : []),
  ].join("; ");
