import { randomBytes, randomUUID } from "node:crypto";
import { DiskError } from "../../types.ts";
import type { Context } from "./context.ts";
import { refuse } from "./errors.ts";
import {
  certificateOf,
  masterKey,
  type MasterKey,
  mustOpenMaster,
  newSymmetricKey,
  openSymmetric,
  secretDigest,
  symmetricKeyOf,
} from "./keys.ts";
import type { KeyStatement } from "./statements.ts";
import { evaluateText } from "./evaluate.ts";
import { hasDatabasePermission } from "./permissions.ts";

/** CREATE, OPEN, ALTER, CLOSE, DROP of master keys, certificates and symmetric keys. */
export async function executeKey(statement: KeyStatement, context: Context): Promise<void> {
  const { database, session } = context;
  const isOpening =
    statement.action === "open" || statement.action === "close" || statement.action === "close all";
  if (!isOpening && !hasDatabasePermission(session, database, "CONTROL")) throw refuse(15247);
  if (!isOpening && statement.of !== "service master" && statement.action !== "backup")
    session.mustWrite(database);
  if (statement.of === "master") return executeMaster(statement, context);
  if (statement.of === "service master") return executeServiceMaster(statement, context);
  if (statement.of === "certificate") return executeCertificate(statement, context);
  executeSymmetric(statement, context);
}

async function executeMaster(statement: KeyStatement, context: Context): Promise<void> {
  const { database, session, transaction, instance } = context;
  const key = masterKey(database);
  const password = statement.password ? evaluateText(statement.password, context) : undefined;
  const put = (value: MasterKey | undefined): void => transaction.put(database, "master key", "key", value);
  if (statement.action === "create") {
    if (key) throw refuse(15578);
    const guid = randomUUID().toUpperCase();
    put({
      guid,
      passwords: password === undefined ? [] : [secretDigest(password)],
      serviceKeys: [instance.serviceMasterKey],
      createdMs: instance.now(),
    });
    return;
  }
  if (!key) throw refuse(statement.action === "drop" ? 15151 : 15581, "drop", "master key", "");
  switch (statement.action) {
    case "open":
      if (password === undefined || !key.passwords.includes(secretDigest(password))) throw refuse(15313);
      session.openMasterKeys.add(key.guid);
      return;
    case "close":
      session.openMasterKeys.delete(key.guid);
      return;
    case "drop":
      if (
        [...database.store.collection("certificates").values()].some(
          (c) => (c as { password?: string }).password === undefined,
        )
      )
        throw refuse(15352, "master key");
      put(undefined);
      return;
    case "alter":
      mustOpenMaster(database, session);
      if (statement.isRegenerate)
        put({ ...key, passwords: password === undefined ? [] : [secretDigest(password)] });
      else if (statement.add === "service")
        put({ ...key, serviceKeys: [...new Set([...key.serviceKeys, instance.serviceMasterKey])] });
      else if (statement.remove === "service")
        put({ ...key, serviceKeys: key.serviceKeys.filter((id) => id !== instance.serviceMasterKey) });
      else if (password !== undefined)
        put({
          ...key,
          passwords: statement.add
            ? [...key.passwords, secretDigest(password)]
            : key.passwords.filter((p) => p !== secretDigest(password)),
        });
      return;
    default:
      throw refuse(102, "MASTER");
  }
}

/** BACKUP and RESTORE SERVICE MASTER KEY: the identity of the key goes through a file. */
async function executeServiceMaster(statement: KeyStatement, context: Context): Promise<void> {
  const { instance } = context;
  if (statement.isRegenerate) {
    rewrapAll(context, randomUUID().toUpperCase());
    return;
  }
  const path = statement.file ? evaluateText(statement.file, context) : "";
  try {
    if (statement.action === "backup") {
      const password = statement.password ? secretDigest(evaluateText(statement.password, context)) : "";
      await instance.disk.write(
        path,
        Buffer.from(JSON.stringify({ serviceMasterKey: instance.serviceMasterKey, password })),
      );
      return;
    }
    const found = JSON.parse((await instance.disk.read(path)).toString()) as {
      serviceMasterKey: string;
      password: string;
    };
    const password = statement.decryption ? secretDigest(evaluateText(statement.decryption, context)) : "";
    if (found.password !== password) throw refuse(15313);
    rewrapAll(context, found.serviceMasterKey);
  } catch (error) {
    if (error instanceof DiskError || error instanceof SyntaxError) throw refuse(15317);
    throw error;
  }
}
/** A new service master key: what the old one protected is protected by the new one. */
function rewrapAll({ instance }: Context, to: string): void {
  const from = instance.serviceMasterKey;
  for (const database of instance.databases().filter((d) => d.isWritable)) {
    const key = masterKey(database);
    if (key?.serviceKeys.includes(from))
      database.change((put) =>
        put("master key", "key", {
          ...key,
          serviceKeys: [...key.serviceKeys.filter((id) => id !== from), to],
        }),
      );
  }
  instance.serviceMasterKey = to;
}

async function executeCertificate(statement: KeyStatement, context: Context): Promise<void> {
  const { database, session, transaction, instance } = context;
  const name = statement.name ?? "";
  const found = certificateOf(database, name);
  const password = statement.password ? evaluateText(statement.password, context) : undefined;
  if (statement.action === "create") {
    if (found) throw refuse(15232, name);
    if (statement.file) throw refuse(15208);
    if (password === undefined) mustOpenMaster(database, session);
    const id = 256 + database.store.collection("certificates").size;
    const protectedBy = password === undefined ? {} : { password: secretDigest(password) };
    transaction.put(database, "certificates", name.toLowerCase(), {
      id,
      name,
      subject: statement.subject ?? "",
      thumbprint: randomBytes(20),
      createdMs: instance.now(),
      ...protectedBy,
    });
    return;
  }
  if (!found) throw refuse(15151, statement.action, "certificate", name);
  if (statement.action === "backup") {
    const path = statement.file ? evaluateText(statement.file, context) : "";
    await instance.disk.write(
      path,
      Buffer.from(
        JSON.stringify({ name, subject: found.subject, thumbprint: found.thumbprint.toString("hex") }),
      ),
    );
    return;
  }
  if (
    [...database.store.collection("symmetric keys").values()].some(
      (k) => (k as { certificate?: string }).certificate?.toLowerCase() === name.toLowerCase(),
    )
  )
    throw refuse(15352, "certificate");
  transaction.put(database, "certificates", name.toLowerCase(), undefined);
}

function executeSymmetric(statement: KeyStatement, context: Context): void {
  const { database, session, transaction, instance } = context;
  const name = statement.name ?? "";
  const password = statement.password ? evaluateText(statement.password, context) : undefined;
  const found = symmetricKeyOf(database, name);
  switch (statement.action) {
    case "close all":
      session.openKeys.clear();
      return;
    case "open":
      openSymmetric(database, session, name, { certificate: statement.certificate, password });
      return;
    case "close":
      if (!found) throw refuse(15151, "close", "symmetric key", name);
      if (!session.openKeys.delete(found.guid)) throw refuse(15315, name);
      return;
    case "drop":
      if (!found) throw refuse(15151, "drop", "symmetric key", name);
      transaction.put(database, "symmetric keys", name.toLowerCase(), undefined);
      return;
    default: {
      if (found) throw refuse(15282, name);
      if (statement.certificate !== undefined && !certificateOf(database, statement.certificate))
        throw refuse(15151, "find", "certificate", statement.certificate);
      const id = 256 + database.store.collection("symmetric keys").size;
      const key = newSymmetricKey(id, name, statement.algorithm ?? "AES_256", instance.now(), {
        source: statement.keySource,
        identity: statement.identityValue,
      });
      const by =
        statement.certificate === undefined
          ? { password: secretDigest(password ?? "") }
          : { certificate: statement.certificate };
      transaction.put(database, "symmetric keys", name.toLowerCase(), { ...key, ...by });
    }
  }
}
