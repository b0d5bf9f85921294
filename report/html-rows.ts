import type { VNode } from "preact";
import { html } from "htm/preact";

/** Names and values below one another; rows without a value are left out. */
export const namedValues = (rows: readonly (readonly [name: string, value: string | undefined])[]): VNode =>
  html`<dl>
    ${rows.map(([name, value]) =>
      value === undefined
        ? null
        : html`<dt>${name}</dt>
            <dd>${value}</dd>`,
    )}
  </dl>`;
