import * as z from "zod";

/**
 * Where a secret is found when a step acts. Facts, step inputs, state and journal hold only this reference, so a
 * rotated password re-runs nothing and no passphrase is needed to cut over.
 */
export const SecretRef = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ keyVault: z.url(), secret: z.string().min(1) }),
  ],
  {
    error:
      'is not a reference to a secret. Write secret.env("NAME"), secret.file("path") or secret.keyVault(url, name)',
  },
);
export type SecretRef = z.infer<typeof SecretRef>;

/** How an owner writes a secret: never the secret itself, always where the runner finds it. */
export const secret = {
  /** An environment variable of the runner. */
  env: (name: string): SecretRef => ({ env: name }),
  /** A file on the runner; a relative path is relative to the folder of Pulumi.yaml, `~` is the home folder. One line break at its end is dropped. */
  file: (path: string): SecretRef => ({ file: path }),
  /** A secret in an Azure Key Vault at the standby side, read with the runner's Azure identity. */
  keyVault: (vaultUrl: string, name: string): SecretRef => ({ keyVault: vaultUrl, secret: name }),
} as const;

/** The reference as people read it in messages: `environment variable SQL_DR`. */
export const nameOfSecret = (ref: SecretRef): string =>
  "env" in ref
    ? `environment variable ${ref.env}`
    : "file" in ref
      ? `file ${ref.file}`
      : `secret ${ref.secret} of ${ref.keyVault}`;

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
