import { nameOfSecret, SecretRef } from "../../model/secret.ts";
import { resolveSecret } from "../../steps/secrets.ts";
import { type Finding, type Well, stops, well } from "../../model/finding.ts";

/** Every reference to a secret in a value, each once, in the order in which they are found. */
export function secretsIn(value: unknown): readonly SecretRef[] {
  const found = new Map<string, SecretRef>();
  const seen = new Set<object>();
  const walk = (v: unknown): void => {
    if (v === null || typeof v !== "object" || seen.has(v)) return;
    seen.add(v);
    const ref = SecretRef.safeParse(v);
    if (ref.success) found.set(JSON.stringify(ref.data), ref.data);
    else Object.values(v).forEach(walk);
  };
  walk(value);
  return [...found.values()];
}

/** Whether every secret of the estate can be had here. Names only: no value is shown, kept or compared. */
export function secretFindings(estate: unknown, root: string): Promise<readonly (Finding | Well)[]> {
  return Promise.all(
    secretsIn(estate).map(async (ref) => {
      const at = "file" in ref ? "secret file" : "env" in ref ? "secret" : "vault secret";
      try {
        await resolveSecret(ref, root);
        return well(at, nameOfSecret(ref));
      } catch (error) {
        return stops(
          at,
          error instanceof Error ? error.message : String(error),
          "load your secrets.env first, if it holds it",
          `secret:${nameOfSecret(ref)}`,
        );
      }
    }),
  );
}
