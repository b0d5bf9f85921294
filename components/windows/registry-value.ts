import type { Ssh } from "../../steps/transports/ssh.ts";

/** A value of the registry as `reg query` prints it; undefined where key or value is not there. The key is quoted by whoever gives it. */
export async function registryValue(ssh: Ssh, key: string, name: string): Promise<string | undefined> {
  const { code, stdout } = await ssh.run(`reg.exe query ${key} /v ${name}`);
  if (code !== 0) return undefined;
  return new RegExp(`^\\s+${name}\\s+REG_\\w+\\s+(.*?)\\s*$`, "m").exec(stdout)?.[1];
}

/** Whether a key of the registry is there. */
export const hasKey = async (ssh: Ssh, key: string): Promise<boolean> =>
  (await ssh.run(`reg.exe query ${key}`)).code === 0;
