import { nameOfSecret, secretsIn } from "../../model/secret.ts";
import { loadSecrets, resolveSecret } from "../../steps/secrets.ts";
import { type Finding, type Well, stops, well } from "../../model/finding.ts";

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
          "env" in ref ? loadSecrets : "put it there, or write in estate.ts where it is",
          `secret:${nameOfSecret(ref)}`,
        );
      }
    }),
  );
}
