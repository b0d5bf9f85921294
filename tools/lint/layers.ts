import { dirname, join, normalize } from "node:path/posix";

interface Layer {
  /** The folders that it may import, besides itself. */
  readonly folders: readonly string[];
  /** The npm packages that it may import besides Node's own modules; all where it is not given. */
  readonly packages?: readonly string[];
  /** The npm packages that it may not import. */
  readonly notPackages?: readonly string[];
}

/**
 * Which folder may import which, by path from the repository's root. The longest path that fits decides.
 *
 * Machinery (`model`, `planning`, `journal`, `steps`, `report`) knows no technology, and no Pulumi. The stand-ins of the
 * lab import nothing of the product, so that both can't share a misreading.
 */
const LAYERS: Readonly<Record<string, Layer>> = {
  model: { folders: [], packages: ["zod", "luxon", "fastest-levenshtein"] },
  planning: { folders: ["model"], packages: ["zod"] },
  journal: { folders: ["model"], packages: ["zod"] },
  steps: { folders: ["model", "planning", "journal"], notPackages: ["@pulumi/*"] },
  readiness: { folders: ["model", "planning", "journal", "steps"], notPackages: ["@pulumi/*"] },
  report: { folders: ["model", "planning", "journal"], notPackages: ["@pulumi/*"] },
  components: { folders: ["model", "planning", "steps"] },
  // The one registry line that leads to the papers: they are written by a step, from all parts' texts for people.
  "components/registry": { folders: ["model", "planning", "steps", "components", "runbook"] },
  runbook: {
    folders: ["model", "planning", "journal", "steps", "report", "components"],
    notPackages: ["@pulumi/*"],
  },
  cli: {
    folders: [
      "model",
      "planning",
      "journal",
      "steps",
      "readiness",
      "report",
      "runbook",
      "components",
      "stacks",
    ],
  },
  bin: {
    folders: ["model", "planning", "journal", "steps", "readiness", "report", "components", "stacks", "cli"],
  },
  stacks: {
    folders: ["model", "planning", "journal", "steps", "readiness", "report", "runbook", "components"],
  },
  "lab/servers": { folders: [], notPackages: ["parallel-standby"] },
  "lab/project": { folders: [], packages: ["parallel-standby", "@pulumi/*"] },
  tools: { folders: [] },
};

/** Nouns that other parts may build on. Any other part is a sibling and stays unknown. */
const BASE_NOUNS = ["components/windows", "components/alias", "components/sql/instance"];

/** Folders that use components and know none of their nouns: these come from the registry. */
const BY_REGISTRY = ["stacks", "runbook", "bin"];

/** Files of a noun that are plain data and functions: they never lead to a step's code, a driver or Pulumi. */
const PURE = /^(verbs|part|facts|index|by-hand|tsql[\w-]*)\.ts$/;

const DRIVERS = ["mssql", "ssh2", "@azure/*", "@pulumi/*"];

/** The path of a relative import from the root, or undefined for a package. */
export function resolveFrom(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : undefined;
}

/** The noun that a file belongs to: `components/sql/log-shipping`. Undefined for the registry and what lies beside. */
export function nounOf(path: string): string | undefined {
  const [root, first = "", second = ""] = dirname(path).split("/");
  if (root !== "components" || first === "" || first === "registry") return undefined;
  return first === "sql" && second ? `${root}/${first}/${second}` : `${root}/${first}`;
}

/**
 * Why a file may not import what it imports directly, or undefined. A type counts as well: who needs the type of a
 * thing knows the thing.
 *
 * @param from path of the importing file, from the repository's root.
 */
export function whyNotImport(from: string, specifier: string): string | undefined {
  const name = Object.keys(LAYERS)
    .filter((folder) => from.startsWith(`${folder}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  const layer = name === undefined ? undefined : LAYERS[name];
  if (name === undefined || layer === undefined) return undefined;
  const to = resolveFrom(from, specifier);
  if (to === undefined) return whyNotPackage(name, layer, specifier);
  const noun = nounOf(from);
  if (noun !== undefined && to.startsWith("components/")) return whyNotNoun(from, noun, to);
  const target = nounOf(to);
  if (target !== undefined && BY_REGISTRY.includes(name))
    return `${name} imports ${target}: it knows technologies only by components/registry`;
  const folders = [name, ...layer.folders];
  if (folders.some((folder) => to.startsWith(`${folder}/`))) return undefined;
  return `${name} may import ${folders.join(", ")}, not ${to}`;
}

function whyNotNoun(from: string, noun: string, to: string): string | undefined {
  const target = nounOf(to);
  if (target === noun || (target !== undefined && BASE_NOUNS.includes(target))) return undefined;
  if (target !== undefined) {
    return `${noun} imports its sibling ${target}: a part builds on ${BASE_NOUNS.join(", ")} only, and names other parts by id`;
  }
  if (to === "components/provisioning.ts" && from.endsWith("/provision.ts")) return undefined;
  return `${from} imports ${to}: of what lies beside the parts, only provision.ts may import provisioning.ts`;
}

function whyNotPackage(name: string, layer: Layer, specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return undefined;
  const { packages, notPackages = [] } = layer;
  if ((!packages || matches(specifier, packages)) && !matches(specifier, notPackages)) return undefined;
  return `${name} may not import the package ${packageOf(specifier)}`;
}

/** What a file must not lead to at run time, over any number of static imports. */
export interface Forbidden {
  readonly what: string;
  /** @param path of the imported file, from the root; undefined for a package. */
  forbids(path: string | undefined, specifier: string): boolean;
}

/** What must stay out of a file's reach, or undefined when it may lead anywhere. */
export function forbiddenFor(from: string): Forbidden | undefined {
  const name = from.split("/").at(-1) ?? "";
  const noun = nounOf(from);
  if (noun !== undefined && PURE.test(name)) {
    return {
      what: "it is pure: no step code, no driver, no Pulumi",
      forbids: (path, specifier) => path?.startsWith("steps/") ?? matches(specifier, DRIVERS),
    };
  }
  if (
    /^(bin|cli|steps|journal|readiness|report|planning|model)\//.test(from) ||
    (noun !== undefined && name === "run.ts")
  ) {
    return {
      what: "it starts in a fraction of a second, without Pulumi; load that where it is needed, with import()",
      forbids: (path, specifier) => path === undefined && matches(specifier, ["@pulumi/*"]),
    };
  }
  return undefined;
}

function matches(specifier: string, patterns: readonly string[]): boolean {
  const name = packageOf(specifier);
  return patterns.some((one) => (one.endsWith("/*") ? name.startsWith(one.slice(0, -1)) : name === one));
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
