import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type * as changing from "../../../cli/mode/may.ts";
import type * as waiving from "../../../cli/waive/may.ts";
import type * as next from "../../../journal/next.ts";
import type * as situation from "../../../journal/situation.ts";
import type * as plan from "../../../planning/plan.ts";
import type * as mayAct from "../../../steps/may-act.ts";

/** A text in one file of the product, and what stands there instead. */
interface Edit {
  /** Path from the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A small mistake in the product. */
export interface Planted extends Edit {
  /** What else is wrong, where one mistake alone would be caught by the product itself. */
  readonly also?: readonly Edit[];
}

/** The parts of the product that decide, with a mistake in one of them. */
export interface Product {
  readonly draw: typeof plan.draw;
  readonly situation: typeof situation.situation;
  readonly mayActivate: typeof mayAct.mayActivate;
  readonly next: typeof next.next;
  readonly changeable: typeof changing.changeable;
  readonly waivable: typeof waiving.waivable;
}

const root = new URL("../../../", import.meta.url).href;
const planted = new Map<string, Planted>();
/** Folders whose files are read anew for each mistake: everything of the product that runs without Pulumi. */
const product = /^(model|planning|journal|steps|components|stacks|cli|lab\/simulator)\//;
const tagOf = (url: string | undefined): string | undefined =>
  url === undefined ? undefined : (new URL(url).searchParams.get("planted") ?? undefined);

function edited(text: string, { file, find, put }: Edit): string {
  if (text.split(find).length !== 2)
    throw new Error(
      `${fileURLToPath(new URL(file, root))} does not hold this once, so no mistake can be planted there: ${find}`,
    );
  return text.replace(find, () => put);
}

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
      const edits = [mistake ?? [], mistake?.also ?? []]
        .flat()
        .filter(({ file }) => new URL(file, root).href === url.replace(/\?.*$/, ""));
      if (edits.length === 0) return found;
      const { source } = found;
      const text = typeof source === "string" ? source : new TextDecoder().decode(source);
      return { ...found, source: edits.reduce(edited, text) };
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
  const { changeable } = await withMistake<typeof changing>("cli/mode/may.ts", mistake);
  const { waivable } = await withMistake<typeof waiving>("cli/waive/may.ts", mistake);
  return { draw, situation: read, mayActivate, next: decide, changeable, waivable };
}
