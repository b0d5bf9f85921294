import type { Views } from "./catalogue.ts";
import { localTime } from "./catalogue-databases.ts";
import { guidBytes } from "./convert.ts";
import { type Certificate, masterKey, type SymmetricKey } from "./keys.ts";
import type { User } from "./principals.ts";

/** Views about users, roles, permissions and encryption keys of a database. */
export const databaseSecurityViews: Views = {
  "sys.database_principals": {
    columns:
      "name sysname, principal_id int, type char(1), type_desc nvarchar(60), default_schema_name sysname, create_date datetime, modify_date datetime, owning_principal_id int, sid varbinary(85), is_fixed_role bit, authentication_type int, authentication_type_desc nvarchar(60)",
    rows: (context) =>
      ([...context.database.store.collection("users").values()] as User[]).map((u) => {
        const kind = u.type === "R" ? "DATABASE_ROLE" : u.type === "U" ? "WINDOWS_USER" : "SQL_USER";
        const isInstance = u.type === "S" && u.sid !== null && u.sid.length > 1 && !(u.sid.length > 16);
        const auth =
          u.type === "U"
            ? ([3, "WINDOWS"] as const)
            : u.name === "dbo" || isInstance
              ? ([1, "INSTANCE"] as const)
              : ([0, "NONE"] as const);
        return {
          name: u.name,
          principal_id: u.id,
          type: u.type,
          type_desc: kind,
          default_schema_name: u.defaultSchema,
          create_date: localTime(context, u.createdMs),
          modify_date: localTime(context, u.createdMs),
          owning_principal_id: u.type === "R" ? 1 : null,
          sid: u.sid,
          is_fixed_role: u.isFixedRole,
          authentication_type: auth[0],
          authentication_type_desc: auth[1],
        };
      }),
  },
  "sys.database_role_members": {
    columns: "role_principal_id int, member_principal_id int",
    rows: ({ database }) =>
      ([...database.store.collection("members").values()] as { role: string; member: string }[]).map((m) => ({
        role_principal_id:
          (database.store.collection("users").get(m.role.toLowerCase()) as User | undefined)?.id ?? null,
        member_principal_id:
          (database.store.collection("users").get(m.member.toLowerCase()) as User | undefined)?.id ?? null,
      })),
  },
  "sys.database_permissions": {
    columns:
      "class tinyint, class_desc nvarchar(60), major_id int, minor_id int, grantee_principal_id int, grantor_principal_id int, type char(4), permission_name nvarchar(128), state char(1), state_desc nvarchar(60)",
    rows: ({ database }) =>
      [...database.store.collection("grants")].map(([key, state]) => {
        const [name = "", permission = ""] = String(key).split("/");
        return {
          class: 0,
          class_desc: "DATABASE",
          major_id: 0,
          minor_id: 0,
          grantee_principal_id:
            (database.store.collection("users").get(name) as User | undefined)?.id ?? null,
          grantor_principal_id: 1,
          type: permission.slice(0, 4),
          permission_name: permission,
          state: String(state).charAt(0),
          state_desc: String(state),
        };
      }),
  },
  "sys.symmetric_keys": {
    columns:
      "name sysname, principal_id int, symmetric_key_id int, key_length int, key_algorithm char(2), algorithm_desc nvarchar(60), create_date datetime, modify_date datetime, key_guid uniqueidentifier",
    rows: (context) => {
      const { database } = context;
      const master = masterKey(database);
      const keys = ([...database.store.collection("symmetric keys").values()] as SymmetricKey[]).map((k) => ({
        name: k.name,
        principal_id: 1,
        symmetric_key_id: k.id,
        key_length: 256,
        key_algorithm: "A3",
        algorithm_desc: k.algorithm,
        create_date: localTime(context, k.createdMs),
        modify_date: localTime(context, k.createdMs),
        key_guid: k.guid,
      }));
      const masters = master
        ? [
            {
              name: "##MS_DatabaseMasterKey##",
              principal_id: 1,
              symmetric_key_id: 101,
              key_length: 256,
              key_algorithm: "A3",
              algorithm_desc: "AES_256",
              create_date: localTime(context, master.createdMs),
              modify_date: localTime(context, master.createdMs),
              key_guid: master.guid,
            },
          ]
        : [];
      const service =
        database.id === 1
          ? [
              {
                name: "##MS_ServiceMasterKey##",
                principal_id: 1,
                symmetric_key_id: 102,
                key_length: 256,
                key_algorithm: "A3",
                algorithm_desc: "AES_256",
                create_date: localTime(context, database.createdMs),
                modify_date: localTime(context, database.createdMs),
                key_guid: context.instance.serviceMasterKey,
              },
            ]
          : [];
      return [...masters, ...service, ...keys];
    },
  },
  "sys.certificates": {
    columns:
      "name sysname, certificate_id int, principal_id int, pvt_key_encryption_type char(2), pvt_key_encryption_type_desc nvarchar(60), is_active_for_begin_dialog bit, issuer_name nvarchar(442), cert_serial_number nvarchar(64), sid varbinary(85), string_sid nvarchar(128), subject nvarchar(4000), expiry_date datetime, start_date datetime, thumbprint varbinary(32)",
    rows: (context) =>
      ([...context.database.store.collection("certificates").values()] as Certificate[]).map((c) => ({
        name: c.name,
        certificate_id: c.id,
        principal_id: 1,
        pvt_key_encryption_type: c.password === undefined ? "MK" : "PW",
        pvt_key_encryption_type_desc:
          c.password === undefined ? "ENCRYPTED_BY_MASTER_KEY" : "ENCRYPTED_BY_PASSWORD",
        is_active_for_begin_dialog: 1,
        issuer_name: c.subject,
        subject: c.subject,
        start_date: localTime(context, c.createdMs),
        expiry_date: localTime(context, c.createdMs + 365 * 86_400_000),
        thumbprint: c.thumbprint,
      })),
  },
  "sys.key_encryptions": {
    columns:
      "key_id int, thumbprint varbinary(32), crypt_type char(4), crypt_type_desc nvarchar(60), crypt_property varbinary(max)",
    rows: ({ database }) => {
      const master = masterKey(database);
      const masters = master
        ? [
            ...master.passwords.map(() => ({
              key_id: 101,
              crypt_type: "ESP2",
              crypt_type_desc: "ENCRYPTION BY PASSWORD",
            })),
            ...master.serviceKeys.map((id) => ({
              key_id: 101,
              thumbprint: guidBytes(id),
              crypt_type: "ESKM",
              crypt_type_desc: "ENCRYPTION BY MASTER KEY",
            })),
          ]
        : [];
      return [
        ...masters,
        ...([...database.store.collection("symmetric keys").values()] as SymmetricKey[]).map((k) => ({
          key_id: k.id,
          crypt_type: k.certificate === undefined ? "ESKP" : "EKC ",
          crypt_type_desc:
            k.certificate === undefined ? "ENCRYPTION BY PASSWORD" : "ENCRYPTION BY CERTIFICATE",
        })),
      ];
    },
  },
};
