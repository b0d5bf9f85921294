import { Fragment, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { html } from "htm/preact";
import { style } from "./style.ts";

/**
 * A page that needs nothing else: no script, no font, no picture from elsewhere. Whatever it is given is shown as text,
 * never as markup. `own`: style sheet beside that of all pages.
 */
export const pageOf = (title: string, body: VNode | readonly (VNode | null)[], own = ""): string =>
  `<!doctype html>\n${renderToString(
    h(
      Fragment,
      null,
      html`<html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'"
          />
          <title>${title}</title>
          ${h("style", { dangerouslySetInnerHTML: { __html: `${style}${own}` } })}
        </head>
        <body>
          <main>${body}</main>
        </body>
      </html>`,
    ),
  )}\n`;
