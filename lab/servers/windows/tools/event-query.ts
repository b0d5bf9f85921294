import type { WindowsEvent } from "../events.ts";

/** A filter on events, made from a query of the event log. */
export type EventFilter = (event: WindowsEvent, nowMs: number) => boolean;

/** A query that the event log does not understand. */
export class QueryError extends Error {}

type Token = { readonly text: string; readonly kind: "word" | "string" | "number" | "sign" };

function tokens(query: string): Token[] {
  const found: Token[] = [];
  const pattern = /\s*(?:('[^']*'|"[^"]*")|(\d+)|(<=|>=|!=|&lt;=?|&gt;=?|[[\]()=<>*,/])|(@?[\w.]+))/y;
  let at = 0;
  while (query.slice(at).trim() !== "") {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (!match) throw new QueryError();
    const [, string, number, sign, word] = match;
    if (string !== undefined) found.push({ kind: "string", text: string.slice(1, -1) });
    else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (sign !== undefined)
      found.push({ kind: "sign", text: sign.replace("&lt;", "<").replace("&gt;", ">") });
    else found.push({ kind: "word", text: word ?? "" });
    at = pattern.lastIndex;
  }
  return found;
}

const compare = (op: string, one: number, other: number): boolean => {
  switch (op) {
    case "=":
      return one === other;
    case "!=":
      return one !== other;
    case "<":
      return one < other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    default:
      return one >= other;
  }
};

class Parser {
  readonly #tokens: Token[];

  constructor(query: string) {
    this.#tokens = tokens(query);
  }

  /** `*` or `*[System[ ... ]]`, also with several bracketed conditions. */
  whole(): EventFilter {
    this.#expect("*");
    const filters: EventFilter[] = [];
    while (this.#tokens.length > 0) {
      this.#expect("[");
      filters.push(this.#or());
      this.#expect("]");
    }
    return (event, now) => filters.every((filter) => filter(event, now));
  }

  #or(): EventFilter {
    let left = this.#and();
    while (this.#take("or")) {
      const [one, other] = [left, this.#and()];
      left = (event, now) => one(event, now) || other(event, now);
    }
    return left;
  }

  #and(): EventFilter {
    let left = this.#term();
    while (this.#take("and")) {
      const [one, other] = [left, this.#term()];
      left = (event, now) => one(event, now) && other(event, now);
    }
    return left;
  }

  #term(): EventFilter {
    if (this.#take("(")) {
      const inner = this.#or();
      this.#expect(")");
      return inner;
    }
    const word = this.#tokens.shift()?.text;
    switch (word) {
      case "System": {
        if (this.#take("/")) return this.#term();
        this.#expect("[");
        const inner = this.#or();
        this.#expect("]");
        return inner;
      }
      case "Level":
        return this.#number((event) => event.level);
      case "EventID":
        return this.#number((event) => event.id);
      case "EventRecordID":
        return this.#number((event) => event.record);
      case "Provider":
        return this.#bracketed(() => {
          this.#expect("@Name");
          this.#expect("=");
          const name = this.#tokens.shift()?.text ?? "";
          return (event) => event.provider === name;
        });
      case "TimeCreated":
        return this.#bracketed(() => this.#time());
      default:
        throw new QueryError();
    }
  }

  #time(): EventFilter {
    if (this.#take("timediff")) {
      this.#expect("(");
      this.#expect("@SystemTime");
      this.#expect(")");
      const op = this.#operator();
      const value = Number(this.#tokens.shift()?.text);
      return (event, now) => compare(op, now - event.timeMs, value);
    }
    const one = (): EventFilter => {
      this.#expect("@SystemTime");
      const op = this.#operator();
      const value = Date.parse(this.#tokens.shift()?.text ?? "");
      if (Number.isNaN(value)) throw new QueryError();
      return (event) => compare(op, event.timeMs, value);
    };
    const filters = [one()];
    while (this.#take("and")) filters.push(one());
    return (event, now) => filters.every((filter) => filter(event, now));
  }

  #number(of: (event: WindowsEvent) => number): EventFilter {
    const op = this.#operator();
    const token = this.#tokens.shift();
    if (token?.kind !== "number") throw new QueryError();
    return (event) => compare(op, of(event), Number(token.text));
  }

  #bracketed(inner: () => EventFilter): EventFilter {
    this.#expect("[");
    const filter = inner();
    this.#expect("]");
    return filter;
  }

  #operator(): string {
    const op = this.#tokens.shift()?.text ?? "";
    if (!["=", "!=", "<", "<=", ">", ">="].includes(op)) throw new QueryError();
    return op;
  }

  #take(text: string): boolean {
    if (this.#tokens[0]?.text !== text) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new QueryError();
  }
}

/**
 * Reads the part of the event log's XPath that filters by System: Level, EventID, EventRecordID, Provider[@Name=''],
 * TimeCreated[@SystemTime>=''] and TimeCreated[timediff(@SystemTime) <= n], with and, or and brackets.
 */
export function eventFilter(query: string): EventFilter {
  return new Parser(query).whole();
}
