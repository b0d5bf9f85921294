import * as z from "zod";
import type { Host } from "../../../model/host.ts";
import type { DataPart, Part, Parts } from "../../../model/part.ts";
import { Recovery } from "../../../model/recovery.ts";
import { verb, type Draft } from "../../../model/verb.ts";

/**
 * Parts without a technology, as small as parts can be that use every phase: what the model check plays through whole.
 * They have no code: the model itself says what their steps do.
 */
const act = verb("model/act", z.strictObject({}), 60);
const step = (id: string, more?: { readonly needs?: readonly Draft[]; readonly fences?: string }): Draft =>
  act.step(id, {}, more);

const host = { primary: "P", dr: "D" } as const;

const data: DataPart<"model-data", { readonly databases: readonly string[] }, Record<string, never>> = {
  kind: "model-data",
  version: 1,
  facts: z.strictObject({ databases: z.array(z.string()).readonly() }),
  opensOnlyLatest: false,
  seen: z.custom<Record<string, never>>(),
  uses: () => [],
  problems: () => [],
  pointMinutesBefore: () => 0,
  reach: () => new Map(),
  plan: (id, f, { from, mode }) => {
    const each = (what: string, more?: { readonly fences?: string }): readonly Draft[] =>
      f.databases.map((d) => step(`${id}/${what}/${d}`, more));
    return {
      preflight: mode === "planned" ? each("source-ready") : [],
      "final-sync": each("tail", { fences: host[from] }),
      "roll-forward": each("roll-forward"),
      open: each("open"),
      "fence-data": each("close-old"),
      protect: each("backup"),
    };
  },
  inverse: (id, f) => ({ reopen: f.databases.map((d) => step(`${id}/reopen/${d}`)) }),
};

const SystemFacts = z.strictObject({ uses: z.array(z.string()).readonly(), vm: z.boolean() });
const system: Part<"model-system", z.infer<typeof SystemFacts>> = {
  kind: "model-system",
  version: 1,
  facts: SystemFacts,
  uses: (f) => f.uses,
  problems: () => [],
  plan: (id, f, { from }) => ({
    "fence-apps": [step(`${id}/stop`, { fences: host[from] })],
    "fence-site": f.vm ? [step(`${id}/deallocate`, { fences: host[from] })] : [],
    "repair-identity": [step(`${id}/licences`)],
    "start-services": [step(`${id}/start`)],
    "verify-services": [step(`${id}/answers`)],
  }),
  inverse: (id) => ({ "restart-services": [step(`${id}/again`)] }),
};

const name: Part<"model-name", { readonly role: "dependency" | "client" }> = {
  kind: "model-name",
  version: 1,
  facts: z.strictObject({ role: z.enum(["dependency", "client"]) }),
  uses: () => [],
  problems: () => [],
  plan: (id, { role }) =>
    role === "client"
      ? { "flip-client-aliases": [step(`${id}/flip`)] }
      : { "flip-dependency-aliases": [step(`${id}/flip`)] },
};

export const modelParts: Parts = { "model-data": data, "model-system": system, "model-name": name };

/** What a model estate has. */
export interface ModelEstate {
  readonly systems: readonly {
    readonly databases: number;
    /** The old site's host is a VM that can be switched off: a proof of its own. */
    readonly vm?: boolean;
    readonly names?: readonly ("dependency" | "client")[];
  }[];
}

/** Facts of such an estate. */
export function modelRecovery({ systems }: ModelEstate): Recovery {
  const server = (id: "P" | "D"): Host => ({
    id,
    site: id === "P" ? "primary" : "dr",
    address: "127.0.0.1",
    timeZone: "Europe/London",
    whilePassive: "running",
  });
  return Recovery.parse({
    format: 1,
    estate: "model",
    sites: {
      primary: { place: "London", timeZone: "Europe/London" },
      dr: { place: "Leeds", timeZone: "Europe/London" },
    },
    hosts: [server("P"), server("D")],
    targets: { rtoMin: 60, rpoMin: 240 },
    parts: systems.flatMap(({ databases, vm = false, names = [] }, i) => {
      const letter = String.fromCharCode(97 + i);
      const data = `${letter}-data`;
      const aliases = names.map((role, n) => ({ id: `${letter}-name${String(n)}`, role }));
      return [
        {
          id: data,
          kind: "model-data",
          version: 1,
          facts: { databases: Array.from({ length: databases }, (_, d) => `db${String(d)}`) },
        },
        ...aliases.map(({ id, role }) => ({ id, kind: "model-name", version: 1, facts: { role } })),
        {
          id: letter,
          kind: "model-system",
          version: 1,
          facts: { uses: [data, ...aliases.map((a) => a.id)], vm },
        },
      ];
    }),
  });
}
