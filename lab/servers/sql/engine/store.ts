import { markMap, rewindAll, type Rewind } from "../../rewind.ts";
import type { Database } from "./database.ts";

export type Key = string | number;

/** One change of a database's content: undefined means that there is nothing under the key. Values are never changed in place. */
export interface Change {
  readonly collection: string;
  readonly key: Key;
  readonly before: unknown;
  readonly after: unknown;
}

/** The content of a database: everything that a backup carries, as named collections of plain values. */
export class Store {
  private readonly collections = new Map<string, Map<Key, unknown>>();

  collection(name: string): Map<Key, unknown> {
    const found = this.collections.get(name) ?? new Map<Key, unknown>();
    this.collections.set(name, found);
    return found;
  }
  /** Applies changes in order: roll forward. */
  redo(changes: readonly Change[]): void {
    for (const change of changes) this.place(change.collection, change.key, change.after);
  }
  /** Takes changes back, the last first. */
  undo(changes: readonly Change[]): void {
    for (const change of changes.toReversed()) this.place(change.collection, change.key, change.before);
  }
  place(collection: string, key: Key, value: unknown): void {
    const values = this.collection(collection);
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
  mark(): Rewind {
    return rewindAll([markMap(this.collections), ...[...this.collections.values()].map(markMap)]);
  }
  /** A copy that later changes do not touch. */
  copy(): Store {
    const copy = new Store();
    for (const [name, values] of this.collections) copy.collections.set(name, new Map(values));
    return copy;
  }
  /** The content as plain maps, for a backup. */
  get content(): Map<string, Map<Key, unknown>> {
    return this.collections;
  }
  static of(content: Map<string, Map<Key, unknown>>): Store {
    const store = new Store();
    for (const [name, values] of content) store.collections.set(name, new Map(values));
    return store;
  }
}

/** A transaction over any number of databases of an instance. Changes stand at once and are undone by a rollback. */
export class Transaction {
  private readonly touched = new Set<Database>();
  private done: { readonly database: Database; readonly change: Change }[] = [];
  /** The name of BEGIN TRANSACTION name WITH MARK. */
  public markName: string | undefined;

  put(database: Database, collection: string, key: Key, after: unknown): void {
    const before = database.store.collection(collection).get(key);
    database.store.place(collection, key, after);
    this.done.push({ database, change: { collection, key, before, after } });
    this.touched.add(database);
    database.active.add(this);
  }
  /** How far the transaction has come, for rollbackTo. */
  get position(): number {
    return this.done.length;
  }
  rollbackTo(position: number): void {
    for (const { database, change } of this.done.splice(position).toReversed()) database.store.undo([change]);
  }
  rollback(): void {
    this.rollbackTo(0);
    this.end();
  }
  commit(): void {
    for (const database of new Set(this.done.map((entry) => entry.database)))
      database.commit(this.changesOf(database), this.markName);
    this.end();
  }
  changesOf(database: Database): Change[] {
    return this.done.filter((entry) => entry.database === database).map((entry) => entry.change);
  }
  private end(): void {
    for (const database of this.touched) database.active.delete(this);
    this.touched.clear();
    this.done = [];
  }
}
