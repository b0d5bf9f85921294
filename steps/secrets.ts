import { readFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { nameOfSecret, type SecretRef } from "../model/secret.ts";
import { optionalPackage } from "./optional-package.ts";

/** How the variables of an estate get into a shell: what to do where one of them is missing. */
export const loadSecrets = "load secrets.env: set -a; . ./secrets.env; set +a (Windows: . .\\secrets.ps1)";

const resolved = new Map<string, Promise<string>>();

/**
 * The secret behind a reference: asked for once in the life of a process, never written anywhere. `projectFolder` is
 * the folder of Pulumi.yaml, from which relative files are found. A message names the reference, never the value.
 */
export function resolveSecret(ref: SecretRef, projectFolder: string): Promise<string> {
  const key = JSON.stringify([ref, "file" in ref ? projectFolder : ""]);
  const held = resolved.get(key);
  if (held) return held;
  const found = read(ref, projectFolder);
  resolved.set(key, found);
  // A secret that is missing now may be there at the next try of a probe.
  found.catch(() => resolved.delete(key));
  return found;
}

async function read(ref: SecretRef, projectFolder: string): Promise<string> {
  const value = await valueOf(ref, projectFolder);
  if (value === "") throw new Error(`The ${nameOfSecret(ref)} is empty. Put the secret there.`);
  return value;
}

function valueOf(ref: SecretRef, projectFolder: string): Promise<string> {
  if ("env" in ref) return Promise.resolve(fromEnvironment(ref.env));
  return "file" in ref ? fromFile(ref, projectFolder) : fromKeyVault(ref);
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(
      `The environment variable ${name} is not set. Set it for the account that runs this, or ${loadSecrets}`,
    );
  return value;
}

async function fromFile(ref: Extract<SecretRef, { file: string }>, projectFolder: string): Promise<string> {
  const home = /^~(?=$|[\\/])/;
  const file = home.test(ref.file)
    ? path.join(os.homedir(), ref.file.slice(1))
    : path.resolve(projectFolder, ref.file);
  try {
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why =
      code === "ENOENT"
        ? `is not there (looked for ${file}). Put the secret there, or write the path that it has`
        : code === "EACCES" || code === "EPERM"
          ? `may not be read by ${os.userInfo().username} (${file}). Give that account the right to read it`
          : `cannot be read (${file}: ${code})`;
    throw new Error(`The secret's file ${ref.file} ${why}.`, { cause: error });
  }
}

async function fromKeyVault(ref: Extract<SecretRef, { keyVault: string }>): Promise<string> {
  const what = `The ${nameOfSecret(ref)}`;
  const { SecretClient } = await optionalPackage(
    "@azure/keyvault-secrets",
    () => import("@azure/keyvault-secrets"),
    what,
  );
  const { DefaultAzureCredential } = await optionalPackage(
    "@azure/identity",
    () => import("@azure/identity"),
    what,
  );
  const client = new SecretClient(ref.keyVault, new DefaultAzureCredential(), {
    retryOptions: { maxRetries: 2 },
  });
  try {
    const { value } = await client.getSecret(ref.secret, { abortSignal: AbortSignal.timeout(30_000) });
    return value ?? "";
  } catch (error) {
    throw new Error(`${what} cannot be read: ${whyNot(error)}`, { cause: error });
  }
}

function whyNot(error: unknown): string {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  if (status === 404) return "it is not in that vault. Look at its name.";
  if (status === 403)
    return "this machine's Azure identity has no right to it. Give it the role Key Vault Secrets User.";
  if (status === 401 || (error instanceof Error && /Credential/.test(error.name)))
    return 'this machine has no Azure identity. Run "az login", or give it a managed identity.';
  return "the vault does not answer. Look at its address and at the network.";
}
