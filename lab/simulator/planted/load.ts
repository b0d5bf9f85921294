import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type * as next from "../../../journal/next.ts";
import type * as situation from "../../../journal/situation.ts";
import type * as plan from "../../../planning/plan.ts";
import type * as mayAct from "../../../steps/may-act.ts";

/** A small mistake in one file of the product: the text that is there, and what stands there instead. */
export interface Planted {
  /** Path from the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** The parts of the product that decide, with a mistake in one of them. */
export interface Product {
  readonly draw: typeof plan.draw;
  readonly situation: typeof situation.situation;
  readonly mayActivate: typeof mayAct.mayActivate;
  readonly next: typeof next.next;
}

const root = new URL("../../../", import.meta.url).href;
const planted = new Map<string, Planted>();
/** Folders whose files are read anew for each mistake: everything of the product that runs without Pulumi. */
const product = /^(model|planning|journal|steps|components|stacks|cli|lab\/simulator)\//;
const tagOf = (url: string | undefined): string | undefined =>
  url === undefined ? undefined : (new URL(url).searchParams.get("planted") ?? undefined);

let hooked = false;
function hook(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const found = nextResolve(specifier, context);
      const tag = context.parentURL?.startsWith("file:") ? tagOf(context.parentURL) : undefined;
      if (tag === undefined || !found.url.startsWith(root) || found.url.includes("?")) return found;
      return product.test(found.url.slice(root.length))
        ? { ...found, url: `${found.url}?planted=${tag}` }
        : found;
    },
    load: (url, context, nextLoad) => {
      const found = nextLoad(url, context);
      const tag = url.startsWith(root) ? tagOf(url) : undefined;
      const mistake = tag === undefined ? undefined : planted.get(tag);
      if (!mistake || new URL(mistake.file, root).href !== url.replace(/\?.*$/, "")) return found;
      const { source } = found;
      const text = typeof source === "string" ? source : new TextDecoder().decode(source);
      if (text.split(mistake.find).length !== 2)
        throw new Error(
          `${fileURLToPath(new URL(mistake.file, root))} does not hold this once, so no mistake can be planted there: ${mistake.find}`,
        );
      return { ...found, source: text.replace(mistake.find, () => mistake.put) };
    },
  });
}

/** A module of the product, with the mistake wherever it leads. Types are those of the module without it. */
export async function withMistake<T>(path: string, mistake: Planted): Promise<T> {
  hook();
  const tag = [...planted].find(([, known]) => known === mistake)?.[0] ?? String(planted.size + 1);
  planted.set(tag, mistake);
  return (await import(`${root}${path}?planted=${tag}`)) as T;
}

/** Planner, guard and journal with a mistake in one of them. */
export async function productWith(mistake: Planted): Promise<Product> {
  const { draw } = await withMistake<typeof plan>("planning/plan.ts", mistake);
  const { situation: read } = await withMistake<typeof situation>("journal/situation.ts", mistake);
  const { mayActivate } = await withMistake<typeof mayAct>("steps/may-act.ts", mistake);
  const { next: decide } = await withMistake<typeof next>("journal/next.ts", mistake);
  return { draw, situation: read, mayActivate, next: decide };
}
